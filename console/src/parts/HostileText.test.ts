import { expect, test } from 'vitest';
import { visible } from './HostileText';

test('what hides or reorders text becomes visible', () => {
  expect(visible('a\u202Egnp.exe')).toBe('a\\u{202e}gnp.exe');
  expect(visible('\u001B[31mred\u0007')).toBe('\\u{1b}[31mred\\u{7}');
  expect(visible('zero\u200Bwidth')).toBe('zero\\u{200b}width');
});

test('long texts are cut, and ordinary ones of any script stay', () => {
  expect(visible('x'.repeat(400))).toHaveLength(301);
  expect(visible('日本語 é 😀')).toBe('日本語 é 😀');
});
