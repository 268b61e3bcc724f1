// Which rows are ticked. The ticks are of one filter: another one begins anew.
import { useMemo, useState } from 'react';

export interface RowSelection {
  keys: ReadonlySet<string>;
  /** Whether whatever matches is selected, read or not. */
  isMatching: boolean;
  has: (key: string) => boolean;
  toggle: (key: string) => void;
  selectMatching: () => void;
  clear: () => void;
}

interface Ticked {
  list: string;
  keys: ReadonlySet<string>;
  isMatching: boolean;
}

const NONE: ReadonlySet<string> = new Set();

export function useSelection(list: string): RowSelection {
  const [kept, setKept] = useState<Ticked>({ list, keys: NONE, isMatching: false });
  return useMemo(() => {
    const ticked = kept.list === list ? kept : { list, keys: NONE, isMatching: false };
    return {
      keys: ticked.keys,
      isMatching: ticked.isMatching,
      has: (key) => ticked.isMatching || ticked.keys.has(key),
      toggle: (key) => {
        const keys = new Set(ticked.keys);
        if (!keys.delete(key)) keys.add(key);
        setKept({ list, keys, isMatching: false });
      },
      selectMatching: () => { setKept({ list, keys: NONE, isMatching: true }); },
      clear: () => { setKept({ list, keys: NONE, isMatching: false }); },
    };
  }, [kept, list]);
}
