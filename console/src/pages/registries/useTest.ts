// A test of the connection: a job that a worker does, and its steps as they come.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { showJob, testRegistry, type Job } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { isOpen, stepsOf } from '../../parts/job/job';

const LOOK_MS = 700;

/** After this long without a worker the page says what is missing. */
const PATIENCE_MS = 10_000;

export interface ConnectionTest {
  job: Job | null;
  error: Error | null;
  isRunning: boolean;
  /** Whether no worker has taken it for a while. */
  isAlone: boolean;
  isGood: boolean;
  start: (id: string) => void;
}

export function useTest(): ConnectionTest {
  const [id, setId] = useState<string | null>(null);
  const begin = useMutation({ mutationFn: (registry: string) => testRegistry({ path: { id: registry } }), onSuccess: (job) => { setId(job.id); } });
  const followed = useQuery({
    ...queryOf(showJob, { path: { id: id ?? '' } }),
    enabled: id !== null,
    refetchInterval: (query) => (query.state.data && !isOpen(query.state.data) ? false : LOOK_MS),
  });
  const job = followed.data ?? begin.data ?? null;
  const waited = job?.state === 'waiting' ? followed.dataUpdatedAt - Date.parse(job.created) : 0;
  return {
    job,
    error: begin.error ?? followed.error,
    isRunning: begin.isPending || (job !== null && isOpen(job)),
    isAlone: waited > PATIENCE_MS,
    isGood: job?.state === 'done' && stepsOf(job).every((step) => step.outcome !== 'failed'),
    start: (registry) => {
      setId(null);
      begin.mutate(registry);
    },
  };
}
