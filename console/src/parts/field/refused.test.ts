import { expect, test } from 'vitest';
import { memberOf } from './refused';

test('a name of the server means the nearest field around it, and no other that only begins alike', () => {
  const fields = ['name', 'target', 'target.to', 'variables'];
  expect(memberOf('target.to', fields)).toBe('target.to');
  expect(memberOf('target.url', fields)).toBe('target');
  expect(memberOf('variables[2].value', fields)).toBe('variables');
  expect(memberOf('names', fields)).toBeNull();
});
