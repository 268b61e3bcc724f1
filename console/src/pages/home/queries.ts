// What the first page asks for. What stands in its first view is waited for together, so that nothing moves when it comes.
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { countRows, listExceptions, listImages, showHealth } from '../../client/generated';
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

/** What is counted beside the summary, which does not have it. */
const ALSO = ['malware', 'secrets'] as const;

export const COUNTED = 'home.counted';

interface AlsoCounted {
  /** The figures, as far as they came. */
  figures: Figure<'malware' | 'secrets'>[];
  isPending: boolean;
  /** Why one of them did not come. */
  error: Error | null;
  retry: () => void;
}

export function useAlsoCounted(): AlsoCounted {
  return useQueries({
    queries: ALSO.map((name) => ({
      queryKey: [COUNTED, name],
      queryFn: ({ signal }: { signal: AbortSignal }) => countRows({ query: { resource: 'images', filter: filterOf(name) } }, { signal }),
    })),
    combine: (results) => ({
      figures: ALSO.flatMap((name, at) => (results[at]?.data === undefined ? [] : [counted(name, results[at].data)])),
      isPending: results.some((result) => result.isPending),
      error: results.find((result) => result.error)?.error ?? null,
      retry: () => void Promise.all(results.filter((result) => result.error).map((result) => result.refetch())),
    }),
  });
}

/** Whether what stands beside the figures in the first view came, or failed once. */
export function useIsBesideReady(): boolean {
  const worst = useQuery(worstQuery);
  const health = useQuery(healthQuery);
  const mayDecide = useMay('exceptions.approve');
  const undecided = useQuery({ ...undecidedQuery, enabled: mayDecide });
  return useOnce(!worst.isPending && !health.isPending && !(mayDecide && undecided.isPending));
}

/** True from the first time on: what failed is pending again as soon as it is asked again, which the part that it fills tells. */
export function useOnce(isSo: boolean): boolean {
  const [wasSo, setWasSo] = useState(isSo);
  if (isSo && !wasSo) setWasSo(true);
  return wasSo || isSo;
}
