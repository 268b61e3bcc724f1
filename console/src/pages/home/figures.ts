// The figures of the summary, each with the list whose rows it counts.
import type { RowCount, Summary } from '../../client/generated';
import { toldAs, type Told } from '../../client/queries';
import type { Search } from '../../frame/routes';
import { DECISIONS, type Decision } from '../../parts/marks';

/** The summary counts so far where counting all would take long. */
const MOST_OF_SUMMARY = 1_000;

export interface Figure<Name extends string> {
  name: Name;
  count: number;
  /** Counted so far alone: there may be more where the count is this. */
  most?: number;
  /** How the count is to be told; as it is where this is missing. */
  told?: Told;
  to: '/images' | '/vulnerabilities' | '/exceptions' | '/jobs' | '/registries';
  search: Search;
}

export function verdicts({ images }: Summary): Figure<Decision>[] {
  return DECISIONS.map((name) => ({ name, count: images.decisions[name], to: '/images', search: { filter: `decision:${name}` } }));
}

export function risks({ images }: Summary): Figure<'kev' | 'critical' | 'fixable' | 'gaps' | 'not_approved'>[] {
  return [
    { name: 'kev', count: images.known_exploited, to: '/images', search: { filter: 'kev:>0' } },
    { name: 'critical', count: images.severities.critical, to: '/images', search: { filter: 'severity:critical' } },
    { name: 'fixable', count: images.fixable, to: '/images', search: { filter: 'fixable:>0' } },
    { name: 'gaps', count: images.with_gaps, to: '/images', search: { filter: 'gaps:>0' } },
    { name: 'not_approved', count: images.not_approved, to: '/images', search: { filter: 'approval:not_approved' } },
  ];
}

/** What the summary does not count: as far as rows of the list of images were counted. */
export function counted<Name extends 'malware' | 'secrets'>(name: Name, rows: RowCount): Figure<Name> {
  return { name, count: rows.count, told: toldAs(rows), to: '/images', search: { filter: filterOf(name) } };
}

export function filterOf(name: 'malware' | 'secrets'): string {
  return `${name}:>0`;
}

/** What came since a moment. Vulnerabilities are left out for whoever may not see their list. */
export function deltas({ deltas: { since, registered, decided, vulnerabilities } }: Summary, seesFindings: boolean): Figure<'registered' | 'denied' | 'allowed' | 'vulnerabilities'>[] {
  const found = { name: 'vulnerabilities', count: vulnerabilities, most: MOST_OF_SUMMARY, to: '/vulnerabilities', search: { filter: `first_seen:>=${since}` } } as const;
  return [
    { name: 'registered', count: registered, to: '/images', search: { filter: `registered:>=${since}` } },
    { name: 'denied', count: decided.deny, to: '/images', search: { filter: `decision:deny decided:>=${since}` } },
    { name: 'allowed', count: decided.allow, to: '/images', search: { filter: `decision:allow decided:>=${since}` } },
    ...(seesFindings ? [found] : []),
  ];
}

/** Exceptions that end within so many days are told of. */
const ENDING_MS = 14 * 24 * 60 * 60 * 1000;

/** What waits, runs or ends; only what the reader may see. */
export function work({ at, exceptions, jobs, registries }: Summary): Figure<'requested' | 'approved' | 'ending' | 'leased' | 'waiting' | 'dead' | 'registries'>[] {
  const end = new Date(Date.parse(at) + ENDING_MS).toISOString();
  return [
    ...(exceptions
      ? ([
          { name: 'requested', count: exceptions.requested, to: '/exceptions', search: { state: 'requested' } },
          { name: 'approved', count: exceptions.approved, to: '/exceptions', search: { state: 'approved' } },
          { name: 'ending', count: exceptions.ending, to: '/exceptions', search: { state: 'approved', filter: `ends:<=${end}` } },
        ] as const)
      : []),
    ...(jobs
      ? (['leased', 'waiting', 'dead'] as const).map((name) => ({ name, count: jobs[name], most: MOST_OF_SUMMARY, to: '/jobs', search: { filter: `state:${name}` } }) as const)
      : []),
    ...(registries ? ([{ name: 'registries', count: registries.total, to: '/registries', search: {} }] as const) : []),
  ];
}
