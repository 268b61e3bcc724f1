// The keys of rows, and where the focus is while rows come and go.
import { useLayoutEffect, useRef, type KeyboardEvent, type RefObject } from 'react';
import { useShortcut } from '../../frame/shortcuts';
import { useMessages } from '../../i18n/language';
import { messages } from './messages';

interface Keyed {
  scroller: RefObject<HTMLElement | null>;
  /** How many rows there are, and how many of them are more than a guess. */
  count: number;
  known: number;
  scrollTo: (index: number) => void;
  /** Opens the reasons of a row. */
  onWhy: (index: number) => void;
  /** Ticks a row, or takes the tick off; `null` where rows cannot be ticked. */
  onTick: ((index: number) => void) | null;
}

interface RowKeys {
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  /** The row that has the focus; -1 where none has. */
  focused: () => number;
}

/** `j` and `k` move the focus from row to row, Home and End to both ends, Space ticks, `w` asks why. */
export function useRowKeys({ scroller, count, known, scrollTo, onWhy, onTick }: Keyed): RowKeys {
  const t = useMessages(messages);
  /** What had the focus last, and in which row: the row may be gone since. */
  const held = useRef<{ element: Element; index: number } | null>(null);
  /** The row that the focus is on its way to. */
  const wanted = useRef<number | null>(null);

  const inside = () => {
    const active = document.activeElement;
    return active && scroller.current?.contains(active) ? active : null;
  };
  const focused = () => {
    const active = inside();
    const row = active?.closest<HTMLElement>('tr[data-row]');
    return row ? Number(row.dataset.row) : -1;
  };
  /** Where `j` and `k` go on from: the row that has the focus, or had it before it was scrolled away. */
  const from = () => {
    const row = focused();
    return row < 0 && document.activeElement === scroller.current ? (held.current?.index ?? -1) : row;
  };
  const arrive = () => {
    if (wanted.current === null) return;
    const row = scroller.current?.querySelector(`tr[data-row="${String(wanted.current)}"]`);
    const goal = row?.querySelector<HTMLElement>('a, button') ?? row?.querySelector<HTMLElement>('input');
    if (!goal) return;
    wanted.current = null;
    goal.focus();
  };
  const go = (index: number) => {
    wanted.current = Math.min(Math.max(index, 0), count - 1);
    scrollTo(wanted.current);
    // At once where the row is there: the next key may be pressed before the next frame, and is for that row.
    arrive();
    requestAnimationFrame(arrive);
  };

  // After whatever was drawn: rows that were scrolled away or removed take the focus with them, and nothing would be where
  // the reader was. The list itself has it until they move on.
  useLayoutEffect(() => {
    const active = inside();
    const lost = held.current !== null && !held.current.element.isConnected;
    if (active === null && lost && (document.activeElement === null || document.activeElement === document.body)) {
      scroller.current?.focus({ preventScroll: true });
    }
    if (active !== null && active !== scroller.current) {
      const row = active.closest<HTMLElement>('tr[data-row]');
      held.current = row ? { element: active, index: Number(row.dataset.row) } : null;
    }
    arrive();
  });
  useLayoutEffect(() => {
    const table = scroller.current;
    const onFocus = (event: FocusEvent) => {
      if (!(event.target instanceof Element) || event.target === table) return;
      const row = event.target.closest<HTMLElement>('tr[data-row]');
      held.current = row ? { element: event.target, index: Number(row.dataset.row) } : null;
    };
    // Whoever leaves the list does not want to be taken back.
    const onLeave = (event: FocusEvent) => {
      const { target, relatedTarget } = event;
      if (relatedTarget instanceof Node && table?.contains(relatedTarget)) return;
      // What was taken out of the page did not leave it, nor does who looks at another window.
      setTimeout(() => {
        if (!(target instanceof Element) || !target.isConnected || table?.contains(document.activeElement)) return;
        held.current = null;
        wanted.current = null;
      });
    };
    table?.addEventListener('focusin', onFocus);
    table?.addEventListener('focusout', onLeave);
    return () => {
      table?.removeEventListener('focusin', onFocus);
      table?.removeEventListener('focusout', onLeave);
    };
  }, [scroller]);

  useShortcut('j', t('keys.down'), () => { go(from() + 1); });
  useShortcut('k', t('keys.up'), () => { go(from() - 1); });
  useShortcut('w', t('keys.why'), () => { onWhy(focused()); });
  // They count within the list only, and where single letters are switched off too.
  useShortcut('Home', t('keys.home'), null);
  useShortcut('End', t('keys.end'), null);

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const target = event.target as Element;
    if (event.key === ' ' && onTick && focused() >= 0 && !target.closest('input, button')) onTick(focused());
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(known - 1);
    else return;
    event.preventDefault();
  };
  return { onKeyDown, focused };
}
