// What jobs do that the server does itself, in words.
import type { Job } from '../../client/generated';
import type { Tell } from '../../i18n/language';
import type { messages } from './messages';

const RESOURCES = ['images', 'findings', 'vulnerabilities', 'packages', 'audit'] as const;

const FORMATS = { csv: 'CSV', jsonl: 'JSON Lines', sarif: 'SARIF' } as const;

const ACTIONS = ['rescan', 'delete', 'approve', 'revoke_approval', 'retry', 'cancel'] as const;

/** `Images as CSV`, `Approve images`; nothing where the kind says all, or the job is another's. */
export function workOf(job: Job, t: Tell<(typeof messages)['en']>): string {
  const work = job.work ?? { kind: 'none' as const };
  if (work.kind === 'export') {
    const resource = RESOURCES.find((known) => known === work.resource);
    return resource ? t('export.as', { what: t(`resource.${resource}`), format: FORMATS[work.format] }) : '';
  }
  if (work.kind !== 'bulk') return '';
  if (work.work.resource === 'vulnerabilities') return t('bulk.except');
  if (work.work.resource === 'undo') return t('bulk.undo');
  const { action } = work.work;
  const known = ACTIONS.find((one) => one === action);
  return known ? t(`bulk.${known}`) : '';
}

/** The filter that says which rows a job is about; nothing where it has none. */
export function filterOf(job: Job): string {
  const work = job.work ?? { kind: 'none' as const };
  if (work.kind === 'export') return [work.filter, work.images].filter(Boolean).join(' · ');
  return work.kind === 'bulk' && work.work.resource !== 'undo' ? work.work.filter : '';
}

/** Whether one of these jobs takes another one back, or did. */
export function isUndoneBy(jobs: readonly Job[], id: string): boolean {
  return jobs.some(({ state, work }) => work?.kind === 'bulk' && work.work.resource === 'undo' && work.work.job === id && state !== 'dead' && state !== 'cancelled');
}

/** Whether a bulk change can be taken back: approvals, approvals taken back and requests for exceptions, for as long as the job is kept. */
export function canBeUndone({ state, expires, work }: Job, now: number): boolean {
  if (state !== 'done' || work?.kind !== 'bulk' || expires == null || Date.parse(expires) <= now) return false;
  const bulk = work.work;
  return bulk.resource === 'vulnerabilities' || (bulk.resource === 'images' && (bulk.action === 'approve' || bulk.action === 'revoke_approval'));
}
