// The columns of a list as its reader wants them: what the address says, else what they chose here before.
import { useCallback, useMemo, useState } from 'react';
import { forgetPreference, preference, savePreference } from '../../frame/preferences';
import { knownColumns, shownOf, textOf, usualOf } from './columns';
import type { Column } from './definition';
import type { ChangeState, TableState, Typing } from './useTableState';

/** Shows other columns; changes of one go are one entry of the history. */
export type SetColumns<Item> = (columns: readonly Column<Item>[], go?: Typing) => void;

/**
 * The columns that are shown, how a view would say so, what shows others, and what an address has to say for the usual ones.
 * `list` is what they are kept under.
 */
export function useColumns<Item>(list: string, columns: readonly Column<Item>[], state: TableState, change: ChangeState): [readonly Column<Item>[], string, SetColumns<Item>, string] {
  const name = `columns.${list}` as const;
  const [kept, setKept] = useState(() => preference(name) ?? '');
  const chosen = useMemo(() => state.columns || knownColumns(kept, columns.map(({ id }) => id)), [state.columns, kept, columns]);
  const shown = useMemo(() => shownOf(columns, chosen), [columns, chosen]);
  const set = useCallback<SetColumns<Item>>((next, go) => {
    const text = textOf(columns, next);
    if (text === '') {
      forgetPreference(name);
      setKept('');
    } else {
      // From the next visit on: here Back leads to the columns that were shown before.
      savePreference(name, text);
    }
    change({ columns: text }, go);
  }, [columns, name, change]);
  const usual = usualOf(columns);
  return [shown, chosen === usual ? '' : chosen, set, kept === '' ? '' : usual];
}
