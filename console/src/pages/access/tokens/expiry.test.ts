import { expect, test } from 'vitest';
import { blocksOf, endOf } from './expiry';

const NOW = Date.parse('2026-11-22T07:03:05Z');

test('a life of days begins now, a date ends with its day', () => {
  expect(endOf('30', '', NOW)).toBe('2026-12-22T07:03:05.000Z');
  expect(endOf('never', '2026-12-01', NOW)).toBeNull();
  expect(Date.parse(endOf('date', '2026-12-01', NOW) ?? '')).toBe(new Date(2026, 11, 1, 23, 59, 59).getTime());
  expect(endOf('date', '', NOW)).toBeNull();
});

test('blocks are separated as people do', () => {
  expect(blocksOf(' 192.0.2.0/24,2001:db8::/32、198.51.100.1/32\n')).toEqual(['192.0.2.0/24', '2001:db8::/32', '198.51.100.1/32']);
  expect(blocksOf('')).toEqual([]);
});
