// The state of a table, which is the address: filter, order, columns.
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback, useRef } from 'react';
import type { Search } from '../../frame/routes';
import { knownColumns } from './columns';

export interface TableState {
  filter: string;
  sort: string;
  /** The columns to show, as `knownColumns` has them; empty for the usual ones. */
  columns: string;
}

/** One go of typing: the same one as long as nothing else is done. */
export type Typing = object;

/** One action of the reader makes one entry of the history; so does one go of typing, whose changes are all in its entry. */
export type ChangeState = (change: Partial<TableState>, typing?: Typing) => void;

const NAMES = { filter: 'filter', sort: 'sort', columns: 'cols' } as const;

/** The state of a table that has these columns and orders: others that the address names are none, and not kept in it. */
export function useTableState(columns: readonly string[], orders: readonly string[]): [TableState, ChangeState] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const router = useRouter();
  /** The go of typing that made the last entry, and the place of that in the history. */
  const typed = useRef<{ typing: Typing; at: number } | null>(null);
  const change = useCallback<ChangeState>(
    (changed, typing) => {
      // The reader goes to another page, which is still on its way: what this one asks for is not asked of that one.
      const shown = router.state.resolvedLocation?.pathname;
      if (shown !== undefined && shown !== router.latestLocation.pathname) return;
      const next: Record<string, string | undefined> = {};
      for (const [name, value] of Object.entries(changed)) next[NAMES[name as keyof TableState]] = value || undefined;
      const at = router.history.location.state.__TSR_index;
      const isSameGo = typing !== undefined && typed.current?.typing === typing && typed.current.at === at;
      if (!isSameGo) typed.current = typing ? { typing, at: at + 1 } : null;
      void navigate({
        to: '.',
        search: (before: Search) => {
          const all: Search = { ...before, ...next };
          return { ...all, cols: knownColumns(all.cols, columns) || undefined, sort: knownOf(all.sort, orders) || undefined };
        },
        replace: isSameGo,
        resetScroll: false,
      });
    },
    [navigate, router, columns, orders],
  );
  return [{ filter: search.filter ?? '', sort: knownOf(search.sort, orders), columns: knownColumns(search.cols, columns) }, change];
}

function knownOf(text: string | undefined, known: readonly string[]): string {
  const words = new Set(text?.split(','));
  return [...words].filter((word) => known.includes(word)).join(',');
}
