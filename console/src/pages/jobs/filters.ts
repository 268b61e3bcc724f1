import { useMemo } from 'react';
import { useMessages } from '../../i18n/language';
import { JOB_STATES } from '../../parts/job/job';
import { messages as jobMessages } from '../../parts/job/messages';
import type { FilterKey } from '../../parts/table/filter';
import { messages } from './messages';

/** Kinds that the list can be asked for (`crates/store/src/jobs.rs`). */
const KINDS = ['scan', 'list', 'test', 'export', 'bulk', 'dry_run'] as const;

/** What the list of jobs can be filtered by. */
export function useJobFilters(): readonly FilterKey[] {
  const t = useMessages(messages);
  const words = useMessages(jobMessages);
  return useMemo(
    () => [
      { key: 'state', label: t('column.state'), values: JOB_STATES.map((value) => ({ value, label: words(`state.${value}`) })) },
      { key: 'kind', label: t('key.kind'), values: KINDS.map((value) => ({ value, label: words(`kind.${value}`) })) },
      { key: 'registry', label: t('key.registry') },
      { key: 'requested_by', label: t('column.by') },
      { key: 'tries', label: t('column.tries') },
      { key: 'created', label: t('column.created') },
      { key: 'finished', label: t('finished') },
    ],
    [t, words],
  );
}
