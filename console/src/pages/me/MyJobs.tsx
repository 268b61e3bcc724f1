import { useQuery } from '@tanstack/react-query';
import { useMemo, type ReactNode } from 'react';
import { queryClient } from '../../client/cache';
import { listOwnJobs, type Job } from '../../client/generated';
import { useLive } from '../../client/live';
import { queryOf } from '../../client/queries';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import { HostileText } from '../../parts/HostileText';
import { DownloadLink } from '../../parts/job/Download';
import { isOpen } from '../../parts/job/job';
import { JobMark, JobName } from '../../parts/job/JobMark';
import { Outcome } from '../../parts/job/Outcome';
import { useOwnJobs } from '../../parts/job/ownJobs';
import { UndoOwn } from '../../parts/job/UndoOwn';
import { filterOf } from '../../parts/job/work';
import { Button } from '../../parts/pf';
import type { Column } from '../../parts/table/definition';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { MOVES } from '../jobs/live';
import { messages } from './messages';

const source = listOf(listOwnJobs, {});

/** So many of the youngest are looked at so often while some are open: how far they are no event tells. */
const FOLLOWED = 50;
const OPEN_MS = 1_500;

const newestQuery = queryOf(listOwnJobs, { query: { limit: FOLLOWED } });

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
  const newest = useNewest();
  return useMemo(
    () => {
      const live = (show: (job: Job) => ReactNode) => (job: Job) => show(newest.get(job.id) ?? job);
      return [
        { id: 'job', title: t('job.name'), width: 13, cell: (job) => <JobName job={job} /> },
        { id: 'state', title: t('job.state'), width: 9, cell: live((job) => <JobMark job={job} />) },
        { id: 'outcome', title: t('job.outcome'), width: 15, cell: live((job) => <Outcome job={job} />) },
        {
          id: 'file',
          title: t('job.file'),
          width: 13,
          cell: live((job) => (isOpen(job) || job.failure ? <Button variant="link" isInline size="sm" onClick={() => { follow([job]); }}>{t('job.follow')}</Button> : <><DownloadLink job={job} /><UndoOwn job={job} /></>)),
        },
        { id: 'created', title: t('job.created'), width: 8, cell: (job) => <Timestamp moment={job.created} /> },
        { id: 'filter', title: t('job.filter'), width: 14, cell: (job) => <HostileText text={filterOf(job)} /> },
      ];
    },
    [t, follow, newest],
  );
}

/** The youngest jobs as they are now, for rows that stay where they are. */
function useNewest(): ReadonlyMap<string, Job> {
  const jobs = useQuery({
    ...newestQuery,
    refetchInterval: (query) => (query.state.data?.items.some(isOpen) ? OPEN_MS : false),
  });
  useLive(MOVES, () => { void queryClient.invalidateQueries({ queryKey: newestQuery.queryKey }); });
  return useMemo(() => new Map((jobs.data?.items ?? []).map((job) => [job.id, job] as const)), [jobs.data]);
}
