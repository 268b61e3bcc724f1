import { expect, test } from 'vitest';
import { formatOf } from '../i18n/format';
import { sayProblem } from '../i18n/problems';
import { Failure, Unreachable, failureOf, hasCode } from './failure';

const en = formatOf('en');
const ja = formatOf('ja');

test('a problem keeps its code, its values and the id of the request', () => {
  const failure = failureOf(403, { code: 'access.forbidden', parameters: { permission: 'images.read' }, detail: 'No.', request: 'r1' }, null);
  expect(hasCode(failure, 'access.forbidden')).toBe(true);
  expect(failure.request).toBe('r1');
  expect(sayProblem(failure, en)).toBe('You may not do this: it needs the permission “Images: See”.');
  expect(sayProblem(failure, ja)).toBe('この操作には権限「イメージ: 表示」が必要です。');
});

test('an answer of something else than the server is a failure too', () => {
  const failure = failureOf(502, null, 'r2');
  expect(sayProblem(failure, en)).toContain('502');
  expect(failure.request).toBe('r2');
  expect(sayProblem(new Unreachable(), ja)).toBe('サーバーに接続できません。');
  expect(sayProblem(new Failure(500, 'new.code', {}, '', null), en)).toContain('500');
});
