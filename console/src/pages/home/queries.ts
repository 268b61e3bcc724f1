// What the first page asks for. What stands in its first view is waited for together, so that nothing moves when it comes.
import { useQueries, useQuery } from '@tanstack/react-query';
import { listExceptions, listImages, showHealth } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { counted, filterOf, type Figure } from './figures';

/** So many rows say what is worst; the lists have the rest. */
export const SHOWN = 10;

export const DENIED = 'decision:deny';

export const worstQuery = queryOf(listImages, { query: { filter: DENIED, sort: '-severity', limit: SHOWN } });

/** Exceptions that wait, the oldest first: as many rows as a look takes in. */
export const undecidedQuery = queryOf(listExceptions, { query: { filter: 'state:requested', sort: 'requested', limit: 5 } });

export const healthQuery = queryOf(showHealth, {});

/** What the list of images is asked for, because the summary does not count it. */
const ALSO = ['malware', 'secrets'] as const;

export const COUNTED = 'home.counted';

/** These figures, as far as they came; null while one is on its way. */
export function useAlsoCounted(): Figure<'malware' | 'secrets'>[] | null {
  return useQueries({
    queries: ALSO.map((name) => ({
      queryKey: [COUNTED, name],
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await listImages({ query: { filter: filterOf(name), limit: 1 } }, { signal })).total ?? null,
    })),
    combine: (results) => {
      if (results.some((result) => result.isPending)) return null;
      return ALSO.flatMap((name, at) => (results[at]?.data === undefined ? [] : [counted(name, results[at].data)]));
    },
  });
}

/** Whether what stands beside the figures in the first view came, or failed. */
export function useIsBesideReady(): boolean {
  const worst = useQuery(worstQuery);
  const health = useQuery(healthQuery);
  const mayDecide = useMay('exceptions.approve');
  const undecided = useQuery({ ...undecidedQuery, enabled: mayDecide });
  return !worst.isPending && !health.isPending && !(mayDecide && undecided.isPending);
}
