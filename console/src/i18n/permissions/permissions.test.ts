import { expect, test } from 'vitest';
import { Failure } from '../../client/failure';
import { formatOf } from '../format';
import { sayProblem } from '../problems';
import { permissionName } from './permissions';

const [en, ja] = [formatOf('en', 'UTC'), formatOf('ja', 'Asia/Tokyo')];

test('a permission is called in sentences what the matrix of roles calls it', () => {
  const refused = new Failure(403, 'access.forbidden', { permission: 'registries.write' }, '', null);
  expect(sayProblem(refused, ja)).toContain('「レジストリ: 変更」');
  expect(sayProblem(refused, en)).toContain('“Registries: Change”');
  expect(permissionName('registries.write', ja)).toBe('レジストリ: 変更');
});

test('one that this console does not know is called as the server calls it', () => {
  expect(permissionName('clusters.drain', en)).toBe('clusters: drain');
});
