// Which rows are ticked. The ticks are of one filter: another one begins anew.
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';

export interface RowSelection {
  keys: ReadonlySet<string>;
  /** Whether whatever matches is selected, read or not. */
  isMatching: boolean;
  /** Whether whatever matches was selected, and only the rows that were in memory stayed so as one was taken off. */
  isCut: boolean;
  has: (key: string) => boolean;
  /** The same function as long as the list is: rows keep it. */
  toggle: (key: string) => void;
  selectMatching: () => void;
  clear: () => void;
}

/** The rows that are in memory, and whether those are all that match. */
export interface InMemory {
  keys: readonly string[];
  areAll: boolean;
}

interface Ticked {
  list: string;
  keys: ReadonlySet<string>;
  isMatching: boolean;
  isCut: boolean;
}

const NONE: ReadonlySet<string> = new Set();

const noneOf = (list: string): Ticked => ({ list, keys: NONE, isMatching: false, isCut: false });

/**
 * Not every bulk action can leave single objects out of a filter. So taking one off whatever matches leaves the rows that
 * the reader has before them, each by its key: never more than was selected, and never the one that was taken off.
 */
export function useSelection(list: string, inMemory: () => InMemory): RowSelection {
  const [kept, setKept] = useState<Ticked>(() => noneOf(list));
  const ticked = kept.list === list ? kept : noneOf(list);
  const latest = useRef(inMemory);
  useLayoutEffect(() => {
    latest.current = inMemory;
  });
  const toggle = useCallback((key: string) => {
    const rows = latest.current();
    setKept((before) => {
      const now = before.list === list ? before : noneOf(list);
      const keys = new Set(now.isMatching ? rows.keys : now.keys);
      if (!keys.delete(key)) keys.add(key);
      return { list, keys, isMatching: false, isCut: keys.size > 0 && (now.isMatching ? !rows.areAll : now.isCut) };
    });
  }, [list]);
  return useMemo(() => ({
    keys: ticked.keys,
    isMatching: ticked.isMatching,
    isCut: ticked.isCut,
    has: (key) => ticked.isMatching || ticked.keys.has(key),
    toggle,
    selectMatching: () => { setKept({ ...noneOf(list), isMatching: true }); },
    clear: () => { setKept(noneOf(list)); },
  }), [ticked.keys, ticked.isMatching, ticked.isCut, list, toggle]);
}
