// Keys that do something wherever the focus is not in a field. Each is registered while its component is there, and the
// list of keys shows what is registered.
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { preference } from './preferences';

export interface Shortcut {
  /** One key, two after one another, or one that is held with Control or Command: `/`, `g i`, `Ctrl+K`. */
  keys: string;
  /** What it does, in the reader's language. */
  says: string;
  /** `null` where the key is only told of, because whatever has the focus takes it itself. */
  run: (() => void) | null;
}

interface Board {
  shortcuts: Map<string, Shortcut>;
  subscribe: (shortcut: Shortcut) => () => void;
}

const BoardContext = createContext<Board | null>(null);

/** How long the second key of a pair may take. */
const PAIR_MS = 1500;

export function ShortcutProvider({ children }: { children: ReactNode }) {
  const [shortcuts] = useState(() => new Map<string, Shortcut>());
  const board = useMemo<Board>(
    () => ({
      shortcuts,
      subscribe: (shortcut) => {
        shortcuts.set(shortcut.keys, shortcut);
        return () => {
          if (shortcuts.get(shortcut.keys) === shortcut) shortcuts.delete(shortcut.keys);
        };
      },
    }),
    [shortcuts],
  );
  const first = useRef<{ key: string; at: number } | null>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const chord = shortcuts.get(chordOf(event));
      if (chord?.run && !isInDialog(event)) {
        event.preventDefault();
        chord.run();
        return;
      }
      if (!isForShortcuts(event)) return;
      const pair = first.current && event.timeStamp - first.current.at < PAIR_MS ? `${first.current.key} ${event.key}` : '';
      const shortcut = shortcuts.get(pair) ?? shortcuts.get(event.key);
      first.current = { key: event.key, at: event.timeStamp };
      if (!shortcut?.run) return;
      first.current = null;
      event.preventDefault();
      shortcut.run();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [shortcuts]);
  return <BoardContext value={board}>{children}</BoardContext>;
}

/** Registers a key while the component is there. */
export function useShortcut(keys: string, says: string, run: (() => void) | null): void {
  const board = use(BoardContext);
  const latest = useRef(run);
  const isTold = run === null;
  useEffect(() => {
    latest.current = run;
  });
  useEffect(
    () =>
      board?.subscribe({
        keys,
        says,
        run: isTold
          ? null
          : () => {
              latest.current?.();
            },
      }),
    [board, keys, says, isTold],
  );
}

/** What is registered at this moment. */
export function useShortcuts(): Shortcut[] {
  return [...(use(BoardContext)?.shortcuts.values() ?? [])];
}

/** A key that is held with Control or Command: it is nobody's text, so that it counts within fields too. */
function chordOf(event: KeyboardEvent): string {
  const isHeld = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && !event.isComposing;
  return isHeld ? `Ctrl+${event.key.toUpperCase()}` : '';
}

function isInDialog(event: KeyboardEvent): boolean {
  return event.target instanceof HTMLElement && event.target.closest('[role="dialog"]') !== null;
}

function isForShortcuts(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return false;
  if (preference('shortcuts') === 'off') return false;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return true;
  const isField = target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"]');
  return isField === null;
}
