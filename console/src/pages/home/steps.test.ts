import { expect, test } from 'vitest';
import { hasOwnPolicy } from './steps';

test('the policy that a new server has is nobody’s work until somebody changes it', () => {
  expect(hasOwnPolicy([])).toBe(false);
  expect(hasOwnPolicy([{ name: 'default', version: 1 }])).toBe(false);
  expect(hasOwnPolicy([{ name: 'default', version: 2 }])).toBe(true);
  expect(hasOwnPolicy([{ name: 'default', version: 1 }, { name: 'shop', version: 1 }])).toBe(true);
});
