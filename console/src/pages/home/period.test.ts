import { expect, test } from 'vitest';
import { beginOf, periodOf } from './period';

test('a period begins so long ago, to the minute', () => {
  const now = Date.parse('2026-11-28T12:00:59Z');
  expect(beginOf('24h', now)).toBe('2026-11-27T12:00:00.000Z');
  expect(beginOf('30d', now)).toBe('2026-10-29T12:00:00.000Z');
});

test('what an address says and nobody knows is a day', () => {
  expect(periodOf('7d')).toBe('7d');
  expect(periodOf('forever')).toBe('24h');
  expect(periodOf(undefined)).toBe('24h');
});
