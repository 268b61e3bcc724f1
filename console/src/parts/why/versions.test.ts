import { expect, test } from 'vitest';
import { highestOf } from './versions';

test('versions are compared number by number', () => {
  expect(highestOf(['4.17.12', '4.17.11', '4.17.19', '4.17.21'])).toBe('4.17.21');
  expect(highestOf(['1.9', '1.10', '1.2.30'])).toBe('1.10');
  expect(highestOf(['1.2', '1.2.1'])).toBe('1.2.1');
  expect(highestOf(['3.0.9-r1', '3.0.9-r10', '3.0.8-r20'])).toBe('3.0.9-r10');
  expect(highestOf(['v1.2.3', '1.2.10'])).toBe('1.2.10');
  expect(highestOf(['20240101000000000000001', '20240101000000000000002'])).toBe('20240101000000000000002');
});

test('an epoch counts before everything', () => {
  expect(highestOf(['1:1.0-1', '2.0-1'])).toBe('1:1.0-1');
});

test('where a word decides there is no highest one', () => {
  expect(highestOf(['1.1.1k', '1.1.1l'])).toBeNull();
  expect(highestOf(['2.0.0', '2.0.0-rc1'])).toBeNull();
  expect(highestOf(['1.0~rc1', '1.0'])).toBeNull();
  expect(highestOf(['1.0', '1.0.Final'])).toBeNull();
});
