// Saved views: filter, order and columns of a list under a name, each one's own. The server keeps them; the address stays the
// state, which a view only fills in.
import { useQuery } from '@tanstack/react-query';
import { listViews, type SavedView } from '../../client/generated';
import { queryOf } from '../../client/queries';
import type { TableState } from '../table/useTableState';

/** The views of a list, by name, once somebody wants to see them. */
export function useViews(list: string, isWanted: boolean): { views: readonly SavedView[]; isPending: boolean; error: Error | null } {
  const { data, isPending, error } = useQuery({ ...queryOf(listViews, {}), enabled: isWanted });
  return { views: (data?.items ?? []).filter((view) => view.list === list), isPending, error };
}

/** What the address says where a view is shown. */
export function stateOf(view: SavedView): TableState {
  return { filter: view.filter, sort: view.sort, columns: view.columns.join(',') };
}

/** Whether a list is shown as a view says. */
export function isShown(view: SavedView, state: TableState): boolean {
  const own = stateOf(view);
  return own.filter === state.filter && own.sort === state.sort && own.columns === state.columns;
}
