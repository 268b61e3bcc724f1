// The jobs of one's own that stand in the address (`?job=ID,ID`): whoever reloads the page, or comes back, sees how far they are.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Job } from '../../client/generated';
import type { Search } from '../../frame/routes';

/** More than this is not followed on one page. */
const MOST = 20;

/** Exports that this tab began: their file is fetched once it is there, without another click. */
const begun = new Set<string>();

export interface OwnJobs {
  ids: readonly string[];
  follow: (jobs: readonly Job[]) => void;
  leave: (id: string) => void;
}

export function useOwnJobs(): OwnJobs {
  const { job }: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const ids = idsOf(job);
  const change = useCallback(
    (next: (before: readonly string[]) => readonly string[]) => {
      // The page stays, and so does whatever is written on it.
      void navigate({ to: '.', search: (before: Search) => ({ ...before, job: next(idsOf(before.job)).slice(0, MOST).join(',') || undefined }), replace: true, resetScroll: false, ignoreBlocker: true });
    },
    [navigate],
  );
  const follow = useCallback((jobs: readonly Job[]) => {
    for (const { id } of jobs) begun.add(id);
    change((before) => [...jobs.map(({ id }) => id), ...before]);
  }, [change]);
  const leave = useCallback((id: string) => { change((before) => before.filter((one) => one !== id)); }, [change]);
  return { ids, follow, leave };
}

/** Whether this tab began a job and has not been told of its end; asking takes it off. */
export function wasBegunHere(id: string): boolean {
  return begun.delete(id);
}

function idsOf(text: string | undefined): string[] {
  return [...new Set((text ?? '').split(',').filter((id) => /^[\w-]{1,64}$/.test(id)))];
}
