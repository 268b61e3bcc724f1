import { useMemo } from 'react';
import { listOwnJobs, type Job } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import { HostileText } from '../../parts/HostileText';
import { DownloadLink } from '../../parts/job/Download';
import { isOpen } from '../../parts/job/job';
import { JobMark, JobName } from '../../parts/job/JobMark';
import { Outcome } from '../../parts/job/Outcome';
import { useOwnJobs } from '../../parts/job/ownJobs';
import { filterOf } from '../../parts/job/work';
import { Button } from '../../parts/pf';
import type { Column } from '../../parts/table/definition';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { messages } from './messages';

const source = listOf(listOwnJobs, {});

const NO_FILTERS: never[] = [];

/** One's own exports, bulk changes and dry runs: how far they are, what came of them, their files. */
export function MyJobs() {
  const t = useMessages(messages);
  const columns = useColumns();
  return (
    <>
      <p>{t('jobs.text')}</p>
      <ResourceTable
        label={t('tab.jobs')}
        source={source}
        columns={columns}
        filters={NO_FILTERS}
        isUnfiltered
        rowKey={(job) => job.id}
        empty={<EmptyState title={t('jobs.none')}><p>{t('jobs.none.text')}</p></EmptyState>}
      />
    </>
  );
}

function useColumns(): readonly Column<Job>[] {
  const t = useMessages(messages);
  const { follow } = useOwnJobs();
  return useMemo(
    () => [
      { id: 'job', title: t('job.name'), width: 16, cell: (job) => <JobName job={job} /> },
      { id: 'state', title: t('job.state'), width: 10, cell: (job) => <JobMark job={job} /> },
      { id: 'outcome', title: t('job.outcome'), width: 16, cell: (job) => <Outcome job={job} /> },
      { id: 'filter', title: t('job.filter'), width: 14, cell: (job) => <HostileText text={filterOf(job)} /> },
      { id: 'created', title: t('job.created'), width: 9, cell: (job) => <Timestamp moment={job.created} /> },
      {
        id: 'file',
        title: t('job.file'),
        width: 14,
        cell: (job) => (isOpen(job) || job.failure ? <Button variant="link" isInline size="sm" onClick={() => { follow([job]); }}>{t('job.follow')}</Button> : <DownloadLink job={job} />),
      },
    ],
    [t, follow],
  );
}
