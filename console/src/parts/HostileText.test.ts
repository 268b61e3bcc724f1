import { expect, test } from 'vitest';
import { hiddenIn, visible } from './HostileText';

test('what hides or reorders text becomes visible', () => {
  expect(visible('a\u202Egnp.exe')).toBe('a\\u{202e}gnp.exe');
  expect(visible('\u001B[31mred\u0007')).toBe('\\u{1b}[31mred\\u{7}');
  expect(visible('zero\u200Bwidth')).toBe('zero\\u{200b}width');
});

test('long texts are cut, and ordinary ones of any script stay', () => {
  expect(visible('x'.repeat(400))).toHaveLength(301);
  expect(visible('日本語 é 😀')).toBe('日本語 é 😀');
});

test('what a text of lines hides is told by its line, and what every text has is not', () => {
  expect(hiddenIn('a: 1\r\n\tb: 2\n')).toEqual([]);
  expect(hiddenIn('\uFEFFname: x\n')).toEqual([]);
  expect(hiddenIn('a: 1\nname: "x\u202Ey\u202Ez\u200B"\n')).toEqual([{ line: 2, code: 'U+202E' }, { line: 2, code: 'U+200B' }]);
});
