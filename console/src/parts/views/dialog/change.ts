// What is done to saved views.
import { queryClient } from '../../../client/cache';
import { createView, deleteView, listViews, showView, updateView, type SavedView } from '../../../client/generated';
import type { CallOptions } from '../../../client/transport';
import type { TableState } from '../../table/useTableState';

/** Keeps what is shown under a name; a view that has it already shows this from then on. */
export async function saveView(list: string, name: string, state: TableState, taken: SavedView | undefined, options: CallOptions): Promise<void> {
  const shown = { filter: state.filter, sort: state.sort, columns: state.columns.split(',').filter((id) => id !== '') };
  if (taken) await change(taken, { name, ...shown });
  else await createView({ body: { list, name, ...shown } }, options);
  await reread();
}

export async function renameView(view: SavedView, name: string): Promise<void> {
  await change(view, { name, filter: view.filter, sort: view.sort, columns: view.columns });
  await reread();
}

export async function removeView({ id }: SavedView): Promise<void> {
  const { etag } = await showView.answer({ path: { id } });
  await deleteView({ path: { id } }, { ifMatch: etag });
  await reread();
}

/** The last one to say so is heard: nobody else has these views, and another tab of one's own is no reason to ask. */
async function change({ id }: SavedView, edit: { name: string; filter: string; sort: string; columns: string[] }): Promise<void> {
  const { etag } = await showView.answer({ path: { id } });
  await updateView({ path: { id }, body: edit }, { ifMatch: etag });
}

function reread(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [listViews.id] });
}
