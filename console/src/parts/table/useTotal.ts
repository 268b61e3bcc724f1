// How many rows match where their page did not tell: asked for beside them, once they are there.
import { hashKey, useQuery } from '@tanstack/react-query';
import { countRows } from '../../client/generated';
import type { Rows } from './useRows';

/** The rows with their number; `resource` is the name that the server counts the list under. */
export function useTotal<Item>(resource: string | undefined, filter: string, rows: Rows<Item>): Rows<Item> {
  const isOpen = resource !== undefined && rows.total === null && !rows.isPending && !rows.error;
  const query = { resource: resource ?? '', ...(filter === '' ? {} : { filter }) };
  const { data } = useQuery({
    // Rows that were read anew are counted anew; until that has come the number of before stays.
    queryKey: [countRows.id, query, rows.readAt],
    queryFn: ({ signal }) => countRows({ query }, { signal }),
    enabled: isOpen && !rows.isOld,
    staleTime: Infinity,
    retry: false,
    placeholderData: (before, of) => (hashKey([of?.queryKey[1]]) === hashKey([query]) ? before : undefined),
  });
  if (!isOpen || !data) return rows;
  const least = Math.max(rows.known, data.count);
  return data.is_exact ? { ...rows, total: least, least } : { ...rows, least };
}
