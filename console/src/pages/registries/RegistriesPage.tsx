import '../../styles/assurance.css';
import { Link } from '@tanstack/react-router';
import { listRegistries } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import { Icon } from '../../parts/icons';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { LiveJobs } from '../jobs/live';
import { useRegistryColumns } from './columns';
import { messages } from './messages';

const source = listOf(listRegistries, {});

const TOPICS = ['registry.*'];

/** All registries: how each does, what it is doing, what is risky about it. */
export function RegistriesPage() {
  const t = useMessages(messages);
  const columns = useRegistryColumns();
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{t('title')}</h1>
        <AddRegistry />
      </div>
      <MayLive>
        <ResourceTable
          label={t('title')}
          source={source}
          columns={columns}
          filters={[]}
          isUnfiltered
          rowKey={(registry) => registry.id}
          topics={TOPICS}
          empty={<EmptyState title={t('empty.title')} actions={<AddRegistry />}><p>{t('empty.text')}</p></EmptyState>}
        />
      </MayLive>
    </div>
  );
}

function AddRegistry() {
  const t = useMessages(messages);
  if (!useMay('registries.write')) return null;
  return <Link to="/registries/new" className="pf-v6-c-button pf-m-primary"><span className="pf-v6-c-button__text"><Icon name="plus" /> {t('add')}</span></Link>;
}

/** Follows the jobs of registries for whoever may see jobs. */
function MayLive({ children }: { children: React.ReactNode }) {
  return useMay('jobs.read') ? <LiveJobs filter="state:waiting,leased,dead">{children}</LiveJobs> : children;
}
