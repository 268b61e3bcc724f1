import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Registry } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { sayCause } from '../../parts/cause/sentence';
import { HostileText, visible } from '../../parts/HostileText';
import { Icon } from '../../parts/icons';
import type { Column } from '../../parts/table/definition';
import type { FilterKey } from '../../parts/table/filter';
import { Timestamp } from '../../parts/Timestamp';
import { useFlagChoices } from '../../parts/words';
import { useLiveJobs } from '../jobs/live';
import { KINDS, kindOf } from './kinds';
import { messages } from './messages';
import { RegistryMark } from './RegistryMark';

/** The columns of the list of registries. */
export function useRegistryColumns(): readonly Column<Registry>[] {
  const t = useMessages(messages);
  const format = useFormat();
  return useMemo(
    () => [
      { id: 'name', title: t('column.name'), width: 11, sort: { key: 'name' }, cell: (registry) => <Link to="/registries/$id" params={{ id: registry.id }}><HostileText text={registry.name} /></Link> },
      { id: 'state', title: t('column.state'), width: 11, cell: (registry) => <RegistryMark registry={registry} /> },
      { id: 'work', title: t('column.work'), width: 12, cell: (registry) => <Work registry={registry} /> },
      { id: 'kind', title: t('column.kind'), width: 10, cell: (registry) => kindOf(registry.kind)?.name ?? t('kind.oci') },
      { id: 'address', title: t('column.address'), width: 11, cell: (registry) => <HostileText text={registry.address} /> },
      { id: 'listed', title: t('column.listed'), width: 8, sort: { key: 'last_listed', isGreatestFirst: true }, cell: (registry) => registry.last_listed && <Timestamp moment={registry.last_listed} /> },
      { id: 'next', title: t('column.next'), width: 9, isHidden: true, cell: (registry) => registry.next_poll && <Timestamp moment={registry.next_poll} /> },
      {
        id: 'risks',
        title: t('column.risks'),
        width: 6,
        cell: (registry) =>
          registry.risks.length > 0 && (
            <Link to="/registries/$id" params={{ id: registry.id }} className="bh-mark bh-decision-would_deny" title={registry.risks.map((risk) => sayCause(risk, format)).join('\n')} aria-label={t('risks.of', { count: registry.risks.length, name: visible(registry.name) })}>
              <Icon name="warn" />
              <span>{t('risks', { count: registry.risks.length })}</span>
            </Link>
          ),
      },
    ],
    [t, format],
  );
}

/** What the list of registries can be filtered by (`crates/store/src/registries.rs`). */
export function useRegistryFilters(): readonly FilterKey[] {
  const t = useMessages(messages);
  const flags = useFlagChoices();
  return useMemo(
    () => [
      { key: 'kind', label: t('column.kind'), values: KINDS.map((kind) => ({ value: kind.word, label: kind.name ?? t('kind.oci') })) },
      { key: 'name', label: t('column.name') },
      { key: 'address', label: t('column.address') },
      { key: 'last_listed', label: t('column.listed') },
      { key: 'failing', label: t('key.failing'), values: flags },
      { key: 'enabled', label: t('key.enabled'), values: flags },
    ],
    [t, flags],
  );
}

/** What is being done for a registry at this moment. */
function Work({ registry }: { registry: Registry }) {
  const t = useMessages(messages);
  const jobs = useLiveJobs().filter((job) => job.registry_id === registry.id);
  const counts = (['leased', 'waiting', 'dead'] as const).map((state) => ({ state, count: jobs.filter((job) => job.state === state).length }));
  return (
    <span className="bh-summary">
      {counts.map(({ state, count }) => count > 0 && (
        <Link key={state} to="/jobs" search={{ filter: `registry:${registry.id} state:${state}` }}>{t(`work.${state}`, { count })}</Link>
      ))}
    </span>
  );
}
