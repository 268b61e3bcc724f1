import { useCallback, useLayoutEffect, useRef } from 'react';

/**
 * Keeps the focus on what a reader has just used while its place changes with `places`: an element that is put elsewhere in the
 * page loses it. Where it cannot be used there any more, the nearest beside it that can has the focus.
 */
export function useKeptFocus(places: unknown): (element: HTMLElement) => void {
  const held = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const element = held.current;
    held.current = null;
    if (!element?.isConnected) return;
    const goal = element.matches(':disabled') ? nearestOf(element) : element;
    if (goal && goal !== document.activeElement) goal.focus();
  }, [places]);
  return useCallback((element: HTMLElement) => { held.current = element; }, []);
}

/** The button that can be used and is the fewest places away in the same item of a list; of two the one behind. */
function nearestOf(element: HTMLElement): HTMLElement | undefined {
  const buttons = [...(element.closest('li')?.querySelectorAll<HTMLElement>('button') ?? [])];
  const at = buttons.findIndex((button) => button === element);
  const away = (button: HTMLElement) => Math.abs(buttons.indexOf(button) - at);
  return buttons.filter((button) => !button.matches(':disabled')).reverse().sort((left, right) => away(left) - away(right))[0];
}
