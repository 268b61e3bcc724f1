import type { Job } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { messages } from './messages';

/** What a bulk change or an export came to, in numbers: changed, left as it was, not permitted, not reached. */
export function Outcome({ job }: { job: Job }) {
  const t = useMessages(messages);
  const format = useFormat();
  const { progress } = job;
  if (!progress || (job.kind !== 'bulk' && job.kind !== 'export' && job.kind !== 'dry_run')) return null;
  if (job.kind === 'export') return <p>{t('outcome.rows', { count: progress.done })}</p>;
  if (job.kind === 'dry_run') return <p>{t('outcome.tried', { count: progress.done, changed: progress.changed ?? 0 })}</p>;
  const left = job.state === 'dead' || job.state === 'cancelled' ? Math.max(0, (progress.total ?? progress.done) - progress.done) : 0;
  const parts = [
    t('outcome.changed', { count: progress.changed ?? 0 }),
    ...(progress.unchanged ? [t('outcome.unchanged', { count: progress.unchanged })] : []),
    ...(progress.not_permitted ? [t('outcome.not_permitted', { count: progress.not_permitted })] : []),
    ...(left > 0 ? [t('outcome.left', { count: left })] : []),
  ];
  return <p>{format.list(parts)}</p>;
}
