import { useSearch } from '@tanstack/react-router';
import { listJobs } from '../../client/generated';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import { sent, termsOf } from '../../parts/table/filter';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { useJobBulk } from './bulk';
import { useJobColumns } from './columns';
import { useJobFilters } from './filters';
import { ARRIVED, LiveJobs } from './live';
import { messages } from './messages';

const source = listOf(listJobs, {});

const TOPICS = [ARRIVED];

/** Every background task: where it stands, why it failed, try again, stop. */
export function JobsPage() {
  const t = useMessages(messages);
  const columns = useJobColumns();
  const filters = useJobFilters();
  const bulk = useJobBulk();
  const { filter = '' }: Search = useSearch({ strict: false });
  return (
    <div className="bh-page bh-page-full">
      <h1>{t('title')}</h1>
      <LiveJobs filter={sent(termsOf(filter, filters))}>
        <ResourceTable
          label={t('title')}
          resource="jobs"
          source={source}
          columns={columns}
          filters={filters}
          rowKey={(job) => job.id}
          topics={TOPICS}
          bulk={bulk.actions}
          rowName={(job) => job.id}
          empty={<EmptyState title={t('empty.title')}><p>{t('empty.text')}</p></EmptyState>}
        />
      </LiveJobs>
      {bulk.dialog}
    </div>
  );
}
