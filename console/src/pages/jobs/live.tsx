// Jobs move while one looks at them. The list keeps its rows where they are; each row shows the newest that is known of its
// job, and jobs that came meanwhile wait until the reader asks for them.
import { useQuery } from '@tanstack/react-query';
import { createContext, use, useEffect, useMemo, useRef, type ReactNode } from 'react';
import { queryClient } from '../../client/cache';
import { listJobs, type Job } from '../../client/generated';
import { useLive } from '../../client/live';
import { tellHere, useStreamState } from '../../client/stream';
import { isOpen } from '../../parts/job/job';

/** How often jobs are looked at while the stream of events is away: some are open, or none is. */
const OPEN_MS = 2_000;
const QUIET_MS = 15_000;

/** And while it tells of each that moves. */
const TOLD_MS = 60_000;

/** So many of the youngest are followed: those that still move are among them. */
const FOLLOWED = 200;

/** What the server tells of jobs (`crates/store/src/jobs/told.rs`). */
export const MOVES = ['job.queued', 'job.started', 'job.finished', 'job.failed', 'job.cancelled'];

/** What is told within this tab: a job is there that was not. */
export const ARRIVED = 'job.arrived';

/** When to look again at what jobs change: seldom where the stream of events tells of it, else by whether some job is open. */
export function pauseOf(isTold: boolean, jobs: readonly Job[] | undefined): number {
  if (isTold) return TOLD_MS;
  return jobs?.some(isOpen) ? OPEN_MS : QUIET_MS;
}

const LiveContext = createContext<ReadonlyMap<string, Job>>(new Map());

/** Follows the youngest jobs of a filter for whatever stands inside. */
export function LiveJobs({ filter = '', children }: { filter?: string; children: ReactNode }) {
  const isTold = useStreamState() === 'live';
  const jobs = useQuery({
    queryKey: ['jobs', 'live', filter],
    queryFn: ({ signal }) => listJobs({ query: { limit: FOLLOWED, filter } }, { signal }),
    refetchInterval: (query) => pauseOf(isTold, query.state.data?.items),
  });
  useLive(MOVES, () => { void queryClient.invalidateQueries({ queryKey: ['jobs', 'live'] }); });
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

/** The stream tells that jobs moved, not what their lists show: those that came to a filter are told to the lists of this tab. */
function useArrivals(filter: string, items: readonly Job[] | undefined): void {
  const seen = useRef<{ filter: string; ids: Set<string> } | null>(null);
  useEffect(() => {
    if (!items) return;
    const before = seen.current?.filter === filter ? seen.current.ids : null;
    const ids = new Set(before ?? []);
    for (const job of items) {
      if (before && !before.has(job.id)) tellHere({ id: 0, at: job.created, topic: ARRIVED, object: 'job', object_id: job.id, parameters: {} });
      ids.add(job.id);
    }
    seen.current = { filter, ids };
  }, [filter, items]);
}
