// The state of a table, which is the address: filter, order, columns.
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Search } from '../../frame/routes';

export interface TableState {
  filter: string;
  sort: string;
  /** The columns to show, joined by commas; empty for the usual ones. */
  columns: string;
}

/** One action of the reader makes one entry of the history; typing changes the one that is there. */
export type ChangeState = (change: Partial<TableState>, isTyping?: boolean) => void;

const NAMES = { filter: 'filter', sort: 'sort', columns: 'cols' } as const;

export function useTableState(): [TableState, ChangeState] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const router = useRouter();
  const change = useCallback<ChangeState>(
    (changed, isTyping = false) => {
      // The reader goes to another page, which is still on its way: what this one asks for is not asked of that one.
      const shown = router.state.resolvedLocation?.pathname;
      if (shown !== undefined && shown !== router.latestLocation.pathname) return;
      const next: Record<string, string | undefined> = {};
      for (const [name, value] of Object.entries(changed)) next[NAMES[name as keyof TableState]] = value || undefined;
      void navigate({ to: '.', search: (before: Search) => ({ ...before, ...next }), replace: isTyping, resetScroll: false });
    },
    [navigate, router],
  );
  return [{ filter: search.filter ?? '', sort: search.sort ?? '', columns: search.cols ?? '' }, change];
}
