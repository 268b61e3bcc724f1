import { useCallback, useLayoutEffect, useRef } from 'react';

/**
 * Keeps the focus on what a reader has just used while its place changes with `places`: an element that is put elsewhere in the
 * page loses it. Where it cannot be used there any more, whatever can beside it has the focus.
 */
export function useKeptFocus(places: unknown): (element: HTMLElement) => void {
  const held = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const element = held.current;
    held.current = null;
    if (!element?.isConnected) return;
    const goal = element.matches(':disabled') ? element.closest('li')?.querySelector<HTMLElement>('button:not(:disabled)') : element;
    if (goal && goal !== document.activeElement) goal.focus();
  }, [places]);
  return useCallback((element: HTMLElement) => { held.current = element; }, []);
}
