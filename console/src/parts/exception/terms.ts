// An exception while it is written, and what the API is asked with.
import type { ExceptionRequest, ExceptionTerms, VulnerabilitiesBulkRequest } from '../../client/generated';

export const FINDING_KINDS = ['vulnerability', 'secret', 'malware', 'license', 'misconfiguration', 'gap'] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

/** Where it counts, the narrowest first. */
export const PLACES = ['digest', 'repository', 'everywhere'] as const;

export type Place = (typeof PLACES)[number];

/** How long it holds: days from now, or a day of one's own. */
export const TERMS = ['7', '30', '90', 'date'] as const;

export type Term = (typeof TERMS)[number];

/** What is known where an exception is asked for. */
export interface Prefill {
  ids?: readonly string[];
  kind?: string | null;
  /** The purl of the package. */
  purl?: string | null;
  path?: string | null;
  digest?: string;
  /** The name of the image: `registry.example/shop/web:1.4`. */
  image?: string;
}

export interface ExceptionDraft {
  name: string;
  ids: string;
  kind: FindingKind | '';
  packageName: string;
  ecosystem: string;
  path: string;
  place: Place;
  digest: string;
  repository: string;
  reason: string;
  owner: string;
  term: Term;
  date: string;
  policy: string;
}

export function draftOf(prefill: Prefill, owner: string): ExceptionDraft {
  const found = packageOf(prefill.purl ?? '');
  const repository = repositoryOf(prefill.image ?? '');
  const ids = prefill.ids ?? [];
  const what = ids.length > 0 ? ids.join('-') : (prefill.path ?? '');
  return {
    name: [what, repository].filter((part) => part !== '').join(' @ ').slice(0, 180),
    ids: ids.join('\n'),
    kind: FINDING_KINDS.find((kind) => kind === prefill.kind) ?? '',
    packageName: found.name,
    ecosystem: found.ecosystem,
    path: prefill.path ?? '',
    place: prefill.digest ? 'digest' : 'repository',
    digest: prefill.digest ?? '',
    repository,
    reason: '',
    owner,
    term: '30',
    date: '',
    policy: '',
  };
}

/** What the API is asked with; `now` in milliseconds. */
export function requestOf(draft: ExceptionDraft, now: number): ExceptionRequest {
  const terms: ExceptionTerms = { name: draft.name.trim(), owner: draft.owner.trim(), reason: draft.reason.trim(), expires: lastDay(draft, now) };
  const ids = idsOf(draft);
  if (ids.length > 0) terms.ids = ids;
  if (draft.kind !== '') terms.kind = draft.kind;
  if (draft.packageName.trim() !== '') {
    terms.package = { name: draft.packageName.trim(), ...(draft.ecosystem.trim() === '' ? {} : { ecosystem: draft.ecosystem.trim() }) };
  }
  if (draft.path.trim() !== '') terms.path = draft.path.trim();
  const variable = variableOf(draft);
  if (variable) terms.scope = { variables: [variable] };
  return { ...terms, ...(draft.policy === '' ? {} : { policy: draft.policy }) };
}

/** The last day on which something holds that ends at this moment, in UTC as the server counts; `null` where it ends within a day. */
export function lastDayOf(ends: string): string | null {
  const end = Date.parse(ends);
  if (Number.isNaN(end) || end % DAY_MS !== 0) return null;
  return new Date(end - 1).toISOString().slice(0, 10);
}

const DAY_MS = 24 * 60 * 60 * 1000;

export function idsOf(draft: ExceptionDraft): string[] {
  return draft.ids.normalize('NFKC').split(/[\s,]+/).filter((id) => id !== '');
}

/** Whether something was written since. */
export function isOtherDraft(draft: ExceptionDraft, begun: ExceptionDraft): boolean {
  return (Object.keys(draft) as (keyof ExceptionDraft)[]).some((member) => draft[member] !== begun[member]);
}

/** Whether it says what is excepted at all: without that it would cover every finding. */
export function saysWhat(draft: ExceptionDraft): boolean {
  return idsOf(draft).length > 0 || draft.kind !== '' || draft.packageName.trim() !== '' || draft.path.trim() !== '';
}

/** Whether it says where: a digest or a repository that is still missing would make it count everywhere. */
export function isPlaced(draft: Pick<ExceptionDraft, 'place' | 'digest' | 'repository'>): boolean {
  return draft.place === 'everywhere' || (draft.place === 'digest' ? draft.digest : draft.repository).trim() !== '';
}

/** The request for exceptions for all vulnerabilities of a filter; ids are the server's to put in. */
export function manyOf(draft: ExceptionDraft, filter: string, expected: number, now: number): VulnerabilitiesBulkRequest {
  const { name, owner, reason, expires, scope, policy } = requestOf(draft, now);
  return { filter, expected, name, owner, reason, expires, ...(scope ? { scope } : {}), ...(policy ? { policy } : {}) };
}

/** The last day that counts, in UTC as the server counts. */
export function lastDay(draft: Pick<ExceptionDraft, 'term' | 'date'>, now: number): string {
  if (draft.term === 'date') return draft.date;
  return new Date(now + Number(draft.term) * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

/** The repository of an image's name: without the registry in front and the tag behind. */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@', 1);
  const parts = name.split('/');
  const first = parts[0] ?? '';
  const isHost = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const path = (isHost ? parts.slice(1) : parts).join('/');
  const colon = path.lastIndexOf(':');
  return colon > path.lastIndexOf('/') ? path.slice(0, colon) : path;
}

function variableOf(draft: ExceptionDraft): Record<string, string> | null {
  if (draft.place === 'digest' && draft.digest.trim() !== '') return { attribute: 'image.digest', value: draft.digest.trim() };
  if (draft.place === 'repository' && draft.repository.trim() !== '') return { attribute: 'image.repository', value: draft.repository.trim() };
  return null;
}

/** Type and name of a purl (`pkg:npm/%40scope/name@1.0`). */
function packageOf(purl: string): { name: string; ecosystem: string } {
  const match = /^pkg:([^/]+)\/([^?#]+)/.exec(purl);
  if (!match) return { name: '', ecosystem: '' };
  const [, ecosystem = '', rest = ''] = match;
  const path = rest.lastIndexOf('@') > 0 ? rest.slice(0, rest.lastIndexOf('@')) : rest;
  // Distributions put their name in front (`deb/debian/openssl`); the packages of languages own theirs (`npm/%40scope/name`).
  const parts = path.split('/');
  const name = ['deb', 'rpm', 'apk', 'alpm'].includes(ecosystem) ? (parts.at(-1) ?? '') : parts.join('/');
  return { name: decoded(name), ecosystem };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // An image may say anything; the name stays as it is written.
    return text;
  }
}
