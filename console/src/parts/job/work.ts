// What jobs do that the server does itself, in words.
import type { Job } from '../../client/generated';
import type { Tell } from '../../i18n/language';
import type { messages } from './messages';

const RESOURCES = ['images', 'findings', 'vulnerabilities', 'packages', 'audit'] as const;

const FORMATS = { csv: 'CSV', jsonl: 'JSON Lines', sarif: 'SARIF' } as const;

const ACTIONS = ['rescan', 'delete', 'approve', 'revoke_approval', 'retry', 'cancel'] as const;

/** `Images as CSV`, `Approve images`; nothing where the kind says all. */
export function workOf(job: Job, t: Tell<(typeof messages)['en']>): string {
  const { work } = job;
  if (work.kind === 'export') {
    const resource = RESOURCES.find((known) => known === work.resource);
    return resource ? t('export.as', { what: t(`resource.${resource}`), format: FORMATS[work.format] }) : '';
  }
  if (work.kind !== 'bulk') return '';
  if (work.work.resource === 'vulnerabilities') return t('bulk.except');
  const { action } = work.work;
  const known = ACTIONS.find((one) => one === action);
  return known ? t(`bulk.${known}`) : '';
}

/** The filter that says which rows a job is about; nothing where it has none. */
export function filterOf(job: Job): string {
  const { work } = job;
  if (work.kind === 'export') return [work.filter, work.images].filter(Boolean).join(' · ');
  return work.kind === 'bulk' ? work.work.filter : '';
}
