import '../../styles/assurance.css';
import type { ReactNode } from 'react';
import { listRegistries } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { ListPage } from '../../parts/table/ListPage';
import { listOf } from '../../parts/table/source';
import { LiveJobs } from '../jobs/live';
import { useRegistryColumns, useRegistryFilters } from './columns';
import { messages } from './messages';

const source = listOf(listRegistries, {});

/** A registry that was listed does well or badly since. */
const TOPICS = ['registry.listed'];

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
      />
    </MayLive>
  );
}

/** Follows the jobs of registries for whoever may see jobs. */
function MayLive({ children }: { children: ReactNode }) {
  return useMay('jobs.read') ? <LiveJobs filter="state:waiting,leased,dead">{children}</LiveJobs> : children;
}
