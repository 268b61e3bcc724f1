import { expect, test } from 'vitest';
import { formatOf } from './format';

const en = formatOf('en', 'Asia/Tokyo');
const ja = formatOf('ja', 'Asia/Tokyo');
const MOMENT = '2026-11-22T07:03:05Z';

test('dates are those of the language, in the reader’s time zone', () => {
  expect(en.dateTime(MOMENT)).toBe('Nov 22, 2026, 16:03:05');
  expect(ja.dateTime(MOMENT)).toBe('2026/11/22 16:03:05');
  expect(ja.date(MOMENT)).toBe('2026/11/22');
  expect(en.utc('2026-11-22T07:03:05.25Z')).toBe('2026-11-22 07:03:05 UTC');
});

test('what is near is told by its distance, what is far by its date', () => {
  const now = Date.parse(MOMENT);
  expect(en.relative('2026-11-22T07:00:05Z', now)).toBe('3 minutes ago');
  expect(ja.relative('2026-11-22T07:00:05Z', now)).toBe('3分前');
  expect(ja.relative(new Date(now).toISOString(), now)).toBe('たった今');
  expect(en.relative('2026-10-22T07:00:05Z', now)).toBe('Oct 22, 2026');
});

test('sizes, durations and scores have their units', () => {
  expect(en.bytes(50_541_363)).toBe('48.2 MiB');
  expect(en.bytes(12)).toBe('12 B');
  expect(en.duration(130_000)).toBe('2 min 10 s');
  expect(ja.duration(130_000)).toBe('2分10秒');
  expect(en.duration(250)).toBe('250 ms');
  expect(en.score(7)).toBe('7.0');
  expect(ja.compact(1_230_000)).toBe('123万');
});

test('a moment that cannot be read is shown as it is', () => {
  expect(en.dateTime('yesterday')).toBe('yesterday');
});

test('the time zone is named with its offset', () => {
  expect(ja.zone()).toMatch(/\+09:00$/);
});
