import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sayReason } from './japanese';
import { sayerOf } from './phrases';

const say = sayerOf({
  'the last USER is `{name}`': '最後のUSERが`{name}`です',
  '{address}: {message}': '{address}: {message}',
  'container `{name}` {message}': 'コンテナ`{name}`は{message}',
  '`{path}` is not set': '`{path}`が設定されていません',
  'the flag `{name}` is not set': 'フラグ`{name}`が設定されていません',
  'it is {detail}': '{detail}です',
  'is privileged': '特権で動作します',
});

test('the command line and the console say reasons in the same words', () => {
  const reasons = JSON.parse(readFileSync(new URL('../../../../crates/formats/src/words/reasons.json', import.meta.url), 'utf8')) as Record<string, string>;
  expect(Object.keys(reasons).length).toBeGreaterThan(10);
  expect(Object.fromEntries(Object.keys(reasons).map((english) => [english, sayReason(english) ?? english]))).toEqual(reasons);
});

test('values keep their places, and sentences within sentences are said', () => {
  expect(say('the last USER is `root`')).toBe('最後のUSERが`root`です');
  expect(say('the flag `a` is not set')).toBe('フラグ`a`が設定されていません');
  expect(say('Pod `a`: container `c` is privileged')).toBe('Pod `a`: コンテナ`c`は特権で動作します');
  expect(say('module.m["a: b"].x: `p` is not set')).toBe('module.m["a: b"].x: `p`が設定されていません');
  expect(say('it is odd')).toBe('oddです');
});

test('what nobody translated stays unknown, and hostile values take few steps', () => {
  expect(say('something else')).toBeNull();
  expect(say('Pod `a`: something else')).toBeNull();
  const begun = performance.now();
  expect(say('`` is ``'.repeat(20_000) + ': ' + '`: '.repeat(20_000))).toBeNull();
  expect(performance.now() - begun).toBeLessThan(2000);
});
