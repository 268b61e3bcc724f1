import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listRegistries, type Job } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { sayCause } from '../../parts/cause/sentence';
import { HostileText } from '../../parts/HostileText';
import { failedStepOf } from '../../parts/job/job';
import { JobMark, JobName } from '../../parts/job/JobMark';
import type { Column } from '../../parts/table/definition';
import { Timestamp } from '../../parts/Timestamp';
import { RegistryLink } from '../registries/RegistryLink';
import { JobActions } from './JobActions';
import { useLiveJob } from './live';
import { messages } from './messages';

const PRIORITIES = ['person', 'webhook', 'schedule'] as const;

/** The columns of the list of jobs. */
export function useJobColumns(): readonly Column<Job>[] {
  const t = useMessages(messages);
  const registries = useRegistryNames();
  return useMemo(
    () => [
      {
        id: 'job',
        title: t('column.job'),
        width: 17,
        cell: (job) => <Link to="/jobs/$id" params={{ id: job.id }}><JobName job={job} /></Link>,
      },
      { id: 'state', title: t('column.state'), width: 8, cell: (job) => <State job={job} /> },
      { id: 'cause', title: t('column.cause'), width: 15, cell: (job) => <CauseOfJob job={job} /> },
      {
        id: 'registry',
        title: t('column.registry'),
        width: 8,
        cell: (job) => job.registry_id !== '' && <RegistryLink id={job.registry_id} name={registries.get(job.registry_id)} />,
      },
      { id: 'by', title: t('column.by'), width: 7, cell: (job) => <HostileText text={job.requested_by} /> },
      {
        id: 'priority',
        title: t('column.priority'),
        width: 9,
        isHidden: true,
        cell: (job) => {
          const known = PRIORITIES.find((priority) => priority === job.priority);
          return known ? t(`priority.${known}`) : job.priority;
        },
      },
      { id: 'tries', title: t('column.tries'), width: 5, isNumber: true, isHidden: true, cell: (job) => <Tries job={job} /> },
      { id: 'created', title: t('column.created'), width: 11, cell: (job) => <Timestamp moment={job.created} /> },
      { id: 'actions', title: t('column.actions'), width: 6, cell: (job) => <RowActions job={job} /> },
    ],
    [t, registries],
  );
}

/** The names of registries by id, as far as one may see them. */
export function useRegistryNames(): ReadonlyMap<string, string> {
  const may = useMay('registries.read');
  const { data } = useQuery({ ...queryOf(listRegistries, { query: { limit: 200 } }), enabled: may });
  return useMemo(() => new Map((data?.items ?? []).map((registry) => [registry.id, registry.name] as const)), [data]);
}

function State({ job }: { job: Job }) {
  return <JobMark job={useLiveJob(job)} />;
}

function Tries({ job }: { job: Job }) {
  return useLiveJob(job).tries;
}

function CauseOfJob({ job }: { job: Job }) {
  const format = useFormat();
  const live = useLiveJob(job);
  const failure = live.failure ?? failedStepOf(live)?.cause;
  return failure ? <span title={sayCause(failure, format)}>{sayCause(failure, format)}</span> : null;
}

function RowActions({ job }: { job: Job }) {
  return <JobActions job={useLiveJob(job)} isSmall />;
}
