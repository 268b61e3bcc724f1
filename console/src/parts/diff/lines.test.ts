import { expect, test } from 'vitest';
import { diffLines, mergeLines } from './lines';

const told = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => ({ same: ' ', added: '+', removed: '-' })[kind] + text).join('\n');

test('what stayed, went and came is told in order', () => {
  expect(told('a\nb\nc', 'a\nx\nc\nd')).toBe(' a\n-b\n+x\n c\n+d');
  expect(told('a', 'a')).toBe(' a');
  expect(told('', 'a')).toBe('-\n+a');
});

test('ends of lines of other systems are no difference', () => {
  expect(told('a\r\nb', 'a\nb')).toBe(' a\n b');
});

test('changes of different places go together', () => {
  expect(mergeLines('a\nb\nc\nd\ne', 'A\nb\nc\nd\ne', 'a\nb\nc\nd\nE\nf')).toBe('A\nb\nc\nd\nE\nf');
});

test('changes of the same place do not, unless they are the same', () => {
  expect(mergeLines('a\nb\nc', 'a\nx\nc', 'a\ny\nc')).toBeNull();
  expect(mergeLines('a\nb\nc', 'a\nx\nc', 'a\nx\nc')).toBe('a\nx\nc');
});

test('both halves can be had back from a difference of any two texts', () => {
  // A small generator of its own, so that a failure can be had again.
  let seed = 7;
  const next = (limit: number) => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % limit; };
  for (let round = 0; round < 200; round += 1) {
    const text = () => Array.from({ length: next(12) }, () => 'abc'[next(3)]).join('\n');
    const [before, after] = [text(), text()];
    const lines = diffLines(before, after);
    expect(lines.filter(({ kind }) => kind !== 'added').map(({ text: line }) => line).join('\n')).toBe(before);
    expect(lines.filter(({ kind }) => kind !== 'removed').map(({ text: line }) => line).join('\n')).toBe(after);
  }
});
