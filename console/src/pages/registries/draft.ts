// A registry while it is written: every field as the form has it, and what the API is asked with.
import type { Registry, RegistryKind, RegistryRequest } from '../../client/generated';
import { NO_CREDENTIAL, credentialOf, type CredentialDraft } from './credentials';
import { kindOf } from './kinds';

export interface Draft extends CredentialDraft {
  kind: RegistryKind;
  name: string;
  address: string;
  ca: string;
  plainHttp: boolean;
  hookSecret: string;
  removesHookSecret: boolean;
  /** Patterns, one a line. */
  repositories: string;
  tags: string;
  newest: string;
  days: string;
  pulledDays: string;
  pollMinutes: string;
  mostAtOnce: string;
  staleDays: string;
  isEnabled: boolean;
}

export type DraftField = keyof Draft;

export const NEW_DRAFT: Draft = {
  kind: 'oci',
  name: '',
  address: '',
  ca: '',
  plainHttp: false,
  ...NO_CREDENTIAL,
  hookSecret: '',
  removesHookSecret: false,
  repositories: '',
  tags: '',
  newest: '',
  days: '',
  pulledDays: '',
  pollMinutes: '60',
  mostAtOnce: '4',
  staleDays: '90',
  isEnabled: true,
};

/** What is stored, as the form shows it. */
export function draftOf(registry: Registry): Draft {
  const lines = (patterns: string[] | undefined) => (patterns ?? []).join('\n');
  return {
    kind: registry.kind,
    name: registry.name,
    address: registry.address,
    ca: registry.ca ?? '',
    plainHttp: registry.plain_http,
    ...NO_CREDENTIAL,
    credential: registry.credential_type ? 'keep' : 'none',
    hookSecret: '',
    removesHookSecret: false,
    repositories: lines(registry.rules.repositories),
    tags: lines(registry.rules.tags),
    newest: registry.rules.newest == null ? '' : String(registry.rules.newest),
    days: registry.rules.pushed_within_days == null ? '' : String(registry.rules.pushed_within_days),
    pulledDays: registry.rules.pulled_within_days == null ? '' : String(registry.rules.pulled_within_days),
    pollMinutes: String(registry.poll_minutes),
    mostAtOnce: String(registry.most_at_once),
    staleDays: String(registry.stale_days),
    isEnabled: registry.is_enabled,
  };
}

/** What the API is asked with. Secrets that are not given stay as they are on the server. */
export function requestOf(draft: Draft): RegistryRequest {
  const newest = numberOf(draft.newest);
  const days = numberOf(draft.days);
  const pulledDays = numberOf(draft.pulledDays);
  const credential = credentialOf(draft);
  const number = (text: string, otherwise: string) => numberOf(text) ?? Number(otherwise);
  return {
    kind: draft.kind,
    name: draft.name.trim(),
    ...(draft.address.trim() === '' ? {} : { address: draft.address.trim() }),
    ...(draft.ca.trim() === '' ? {} : { ca: `${draft.ca.trim()}\n` }),
    plain_http: draft.plainHttp,
    ...(credential ? { credential } : {}),
    ...(draft.removesHookSecret ? { hook_secret: '' } : draft.hookSecret === '' ? {} : { hook_secret: draft.hookSecret }),
    is_enabled: draft.isEnabled,
    most_at_once: number(draft.mostAtOnce, NEW_DRAFT.mostAtOnce),
    poll_minutes: number(draft.pollMinutes, NEW_DRAFT.pollMinutes),
    stale_days: number(draft.staleDays, NEW_DRAFT.staleDays),
    rules: {
      repositories: patternsOf(draft.repositories),
      tags: patternsOf(draft.tags),
      ...(newest === null ? {} : { newest }),
      ...(days === null ? {} : { pushed_within_days: days }),
      ...(pulledDays === null ? {} : { pulled_within_days: pulledDays }),
    },
  };
}

/** Patterns are one a line, or divided by commas or spaces. */
export function patternsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((pattern) => pattern !== '');
}

/** Whether a registry of this kind needs repositories to be named, and none is. */
export function needsRepositories(draft: Draft): boolean {
  const patterns = patternsOf(draft.repositories);
  return kindOf(draft.kind)?.hasNoCatalog === true && !patterns.some((pattern) => !/[*?]/.test(pattern));
}

export interface Merged {
  draft: Draft;
  /** What somebody else changed and oneself did not: taken over. */
  theirs: DraftField[];
  /** What both changed: one's own stays, to be looked at. */
  both: DraftField[];
}

/** Brings what somebody else saved meanwhile and what oneself wrote together, field by field. */
export function merged(base: Draft, mine: Draft, theirs: Draft): Merged {
  const draft: Draft = { ...mine };
  const result: Merged = { draft, theirs: [], both: [] };
  for (const field of Object.keys(base) as DraftField[]) {
    if (theirs[field] === base[field] || theirs[field] === mine[field]) continue;
    if (mine[field] === base[field]) {
      Object.assign(draft, { [field]: theirs[field] });
      result.theirs.push(field);
    } else {
      result.both.push(field);
    }
  }
  return result;
}

function numberOf(text: string): number | null {
  const number = Number(text.normalize('NFKC'));
  return text.trim() === '' || !Number.isInteger(number) ? null : number;
}
