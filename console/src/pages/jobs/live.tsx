// Jobs move while one looks at them. The list keeps its rows where they are; each row shows the newest that is known of its
// job, and jobs that came meanwhile wait until the reader asks for them.
import { useQuery } from '@tanstack/react-query';
import { createContext, use, useCallback, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { listJobs, type Job } from '../../client/generated';
import { tellHere, useEvents } from '../../client/stream';
import { queryClient } from '../../client/cache';
import { isOpen } from '../../parts/job/job';

/** How often jobs are looked at while some are open, and while none is. */
const OPEN_MS = 2_000;
const QUIET_MS = 15_000;

/** So many of the youngest are followed: those that still move are among them. */
const FOLLOWED = 200;

const LiveContext = createContext<ReadonlyMap<string, Job>>(new Map());

/** Follows the youngest jobs of a filter for whatever stands inside. */
export function LiveJobs({ filter = '', children }: { filter?: string; children: ReactNode }) {
  const jobs = useQuery({
    queryKey: ['jobs', 'live', filter],
    queryFn: ({ signal }) => listJobs({ query: { limit: FOLLOWED, filter } }, { signal }),
    refetchInterval: (query) => (query.state.data?.items.some(isOpen) ? OPEN_MS : QUIET_MS),
  });
  useJobEvents();
  useArrivals(filter, jobs.data?.items);
  const byId = useMemo(() => new Map((jobs.data?.items ?? []).map((job) => [job.id, job] as const)), [jobs.data]);
  return <LiveContext value={byId}>{children}</LiveContext>;
}

/** The newest that is known of a job. */
export function useLiveJob(job: Job): Job {
  return use(LiveContext).get(job.id) ?? job;
}

/** All jobs that are followed, the youngest first. */
export function useLiveJobs(): readonly Job[] {
  return [...use(LiveContext).values()];
}

/** The stream does not speak of jobs: those that were not there before are told to the lists of this tab as if it did. */
function useArrivals(filter: string, items: readonly Job[] | undefined): void {
  const seen = useRef<{ filter: string; ids: Set<string> } | null>(null);
  useEffect(() => {
    if (!items) return;
    const before = seen.current?.filter === filter ? seen.current.ids : null;
    const ids = new Set(before ?? []);
    for (const job of items) {
      if (before && !before.has(job.id)) tellHere({ id: 0, at: job.created, topic: 'job.new', object: 'job', object_id: job.id, parameters: {} });
      ids.add(job.id);
    }
    seen.current = { filter, ids };
  }, [filter, items]);
}

/** Looks again as soon as the server tells of a job. */
export function useJobEvents(): void {
  useEvents(
    JOB_TOPICS,
    useCallback(() => {
      void queryClient.invalidateQueries({ queryKey: ['jobs', 'live'] });
    }, []),
  );
}

const JOB_TOPICS = ['job.*', 'image.*', 'verdict.*'];
