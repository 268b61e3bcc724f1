// The rows of a list: pages behind cursors, of which only those near the window are kept.
import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { ListSource } from './source';

/** Rows of one page. */
export const PAGE_ROWS = 100;

/** A page that the window has left is dropped after this: at most some twenty are in memory. */
const KEPT_MS = 20_000;

/** The next page is asked for when the window comes so near to the end of what is known. */
const AHEAD_ROWS = 60;

export interface RowRange {
  first: number;
  last: number;
}

export interface Rows<Item> {
  /** How many rows there are as far as is known; one page more than was read where there are more. */
  count: number;
  /** How many there are for certain: there are more where `total` is `null`. */
  known: number;
  /** How many match in all; `null` where the server did not count. */
  total: number | null;
  /** How many match at least. */
  least: number;
  /** When the first of them were read, in milliseconds since 1970. */
  readAt: number;
  item: (index: number) => Item | undefined;
  /** The rows that are in memory. */
  items: () => Item[];
  /** Whether nothing has come yet. */
  isPending: boolean;
  /** Whether the rows are those of the filter before. */
  isOld: boolean;
  error: Error | null;
  /** Whether what is asked for is not read because the reader stopped it. */
  isStopped: boolean;
  /** Stops what is being read of the first rows. */
  stop: () => void;
  /** Reads anew, from the start. */
  reload: () => void;
}

interface Place {
  list: string;
  /** The cursors of the pages that are known, from the second on. */
  cursors: readonly string[];
}

export function useRows<Item>(
  source: ListSource<Item>,
  asked: { filter: string; sort: string },
  range: RowRange,
): Rows<Item> {
  const client = useQueryClient();
  const [turn, setTurn] = useState(0);
  const list = JSON.stringify([source.key, asked.filter, asked.sort, turn]);
  const [place, setPlace] = useState<Place>({ list, cursors: [] });
  const cursors = place.list === list ? place.cursors : [];

  const queryOfPage = (cursor: string | undefined) => ({
    queryKey: [...source.key, 'rows', asked.filter, asked.sort, turn, cursor ?? ''],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      source.page({ limit: PAGE_ROWS, filter: asked.filter, sort: asked.sort, ...(cursor ? { cursor } : {}) }, signal),
  });
  const first = useQuery({ ...queryOfPage(undefined), placeholderData: keepPreviousData });
  const isOld = first.isPlaceholderData;

  const from = Math.max(1, Math.floor(range.first / PAGE_ROWS));
  const to = isOld ? 0 : Math.min(cursors.length, Math.floor((range.last + AHEAD_ROWS) / PAGE_ROWS));
  const wanted = Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
  const others = useQueries({
    queries: wanted.map((page) => ({ ...queryOfPage(cursors[page - 1]), gcTime: KEPT_MS })),
  });

  // Each page that came names the next one. Where one that was read anew names another than before, what followed it is
  // not what follows any more.
  const pages = new Map(wanted.map((page, at) => [page, others[at]?.data]));
  pages.set(0, first.data);
  const lastKnown = cursors.length;
  const moved = isOld ? undefined : [...pages.keys()].sort((one, other) => one - other).find((page) => {
    const read = pages.get(page);
    return read && (read.next ?? undefined) !== cursors[page];
  });
  if (moved !== undefined) {
    const next = pages.get(moved)?.next;
    setPlace({ list, cursors: [...cursors.slice(0, moved), ...(next ? [next] : [])] });
  }

  const tail = pages.get(lastKnown);
  const tailRows = tail ? tail.items.length : PAGE_ROWS;
  const count = first.data ? lastKnown * PAGE_ROWS + tailRows : 0;
  const reload = useCallback(() => {
    setTurn((before) => before + 1);
  }, []);
  // The page that is on its way may have one row only.
  const known = isOld ? first.data.items.length : first.data ? lastKnown * PAGE_ROWS + (tail?.items.length ?? 0) : 0;
  return {
    count: isOld ? first.data.items.length : count,
    known,
    least: known,
    readAt: first.dataUpdatedAt,
    total: first.data?.total ?? (tail && !tail.next ? count : null),
    item: (index) => pages.get(Math.floor(index / PAGE_ROWS))?.items[index % PAGE_ROWS],
    items: () => [...pages.values()].flatMap((page) => page?.items ?? []),
    isPending: first.isPending,
    isOld,
    isStopped: (first.isPending || isOld) && first.fetchStatus === 'idle',
    stop: () => void client.cancelQueries({ queryKey: queryOfPage(undefined).queryKey, exact: true }),
    error: first.error ?? others.find((other) => other.error)?.error ?? null,
    reload,
  };
}
