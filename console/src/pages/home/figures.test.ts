import { expect, test } from 'vitest';
import type { Summary } from '../../client/generated';
import { counted, deltas, risks, verdicts, work } from './figures';

const SUMMARY: Summary = {
  at: '2026-11-28T12:00:00Z',
  images: {
    total: 15,
    decisions: { allow: 5, excepted: 4, would_deny: 3, unknown: 2, deny: 1 },
    severities: { critical: 6, high: 5, medium: 4, low: 3, none: 2, unknown: 1 },
    known_exploited: 7, fixable: 8, not_approved: 9, with_gaps: 10,
  },
  deltas: { since: '2026-11-27T12:00:00Z', registered: 11, decided: { allow: 1, excepted: 0, would_deny: 0, unknown: 0, deny: 12 }, vulnerabilities: 1000 },
  exceptions: { requested: 1, approved: 2, ending: 3 },
  jobs: { waiting: 4, leased: 5, dead: 6 },
  registries: { total: 7, failing: 1 },
};

const told = (figures: { name: string; count: number; search: object }[]) => figures.map(({ name, count, search }) => `${name} ${count} ${JSON.stringify(search)}`);

test('each figure has the filter of what it counts', () => {
  expect(told(verdicts(SUMMARY))).toContain('deny 1 {"filter":"decision:deny"}');
  expect(told(risks(SUMMARY))).toContain('fixable 8 {"filter":"fixable:>0"}');
  expect(told(deltas(SUMMARY, true))).toEqual([
    'registered 11 {"filter":"registered:>=2026-11-27T12:00:00Z"}',
    'denied 12 {"filter":"decision:deny decided:>=2026-11-27T12:00:00Z"}',
    'allowed 1 {"filter":"decision:allow decided:>=2026-11-27T12:00:00Z"}',
    'vulnerabilities 1000 {"filter":"first_seen:>=2026-11-27T12:00:00Z"}',
  ]);
  expect(told(work(SUMMARY))).toContain('ending 3 {"state":"approved","filter":"ends:<=2026-12-12T12:00:00.000Z"}');
});

test('what the reader may not see is absent', () => {
  const scoped: Summary = { at: SUMMARY.at, images: SUMMARY.images, deltas: SUMMARY.deltas };
  expect(work(scoped)).toEqual([]);
  expect(deltas(scoped, false).map(({ name }) => name)).not.toContain('vulnerabilities');
});

test('what a list does not count to its end is told so', () => {
  expect(counted('malware', { count: 10_000, is_exact: true })).toMatchObject({ count: 10_000, told: 'exact', search: { filter: 'malware:>0' } });
  expect(counted('secrets', { count: 10_000, is_exact: false })).toMatchObject({ count: 10_000, told: 'more' });
  expect(counted('secrets', { count: 0, is_exact: false }).told).toBe('unknown');
});
