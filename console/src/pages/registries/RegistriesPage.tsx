import '../../styles/assurance.css';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { listRegistries, type Registry } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { tellHere } from '../../client/stream';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { ListPage } from '../../parts/table/ListPage';
import { listOf } from '../../parts/table/source';
import { LiveJobs, pauseOf } from '../jobs/live';
import { useRegistryColumns, useRegistryFilters } from './columns';
import { messages } from './messages';

const source = listOf(listRegistries, {});

/** What is told within this tab where the stream does not: a registry was listed. */
const LISTED = 'registry.listed';

/** A registry that was listed does well or badly since. */
const TOPICS = ['job.finished', 'job.failed', LISTED];

/** So many are looked at by whoever is told nothing: those that were listed last. */
const LOOKED_AT = 200;

/** All registries: how each does, what it is doing, what is risky about it. */
export function RegistriesPage() {
  const t = useMessages(messages);
  const columns = useRegistryColumns();
  const filters = useRegistryFilters();
  const mayWrite = useMay('registries.write');
  return (
    <MayLive>
      <ListPage
        resource="registries"
        title={t('title')}
        create={{ to: '/registries/new', label: t('add'), isAllowed: mayWrite }}
        nothing={{ title: t('empty.title'), text: t('empty.text') }}
        source={source}
        columns={columns}
        filters={filters}
        defaultSort="name"
        rowKey={(registry) => registry.id}
        topics={TOPICS}
        isNews={({ topic, parameters }) => topic === LISTED || parameters.kind === 'list'}
      />
    </MayLive>
  );
}

/** Follows the jobs of registries for whoever may see jobs; others are told nothing of these, however live the stream is, and look. */
function MayLive({ children }: { children: ReactNode }) {
  return useMay('jobs.read') ? <LiveJobs filter="state:waiting,leased,dead">{children}</LiveJobs> : <Looking>{children}</Looking>;
}

/** Tells the list of this tab of registries that were listed, or do otherwise, since it was looked last. */
function Looking({ children }: { children: ReactNode }) {
  const found = useQuery({ ...queryOf(listRegistries, { query: { limit: LOOKED_AT, sort: '-last_listed' } }), refetchInterval: pauseOf(false, undefined) });
  const items = found.data?.items;
  const seen = useRef<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    if (!items) return;
    for (const registry of items) {
      const before = seen.current.get(registry.id);
      if (before !== undefined && before !== stateOf(registry)) tellHere({ id: 0, at: new Date().toISOString(), topic: LISTED, object: 'registry', object_id: registry.id, parameters: {} });
    }
    seen.current = new Map([...seen.current, ...items.map((registry) => [registry.id, stateOf(registry)] as const)]);
  }, [items]);
  return children;
}

/** What another listing may change. */
function stateOf({ last_listed: at, failure }: Registry): string {
  return JSON.stringify([at ?? null, failure ?? null]);
}
