// The code of a page comes before the page is left that is shown: where it does not come, nothing of that is lost.
import type { AnyRoute, AnyRouter, AsyncRouteComponent, RouterHistory } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { readMissingStyles } from './version';

/** A page that the reader wanted and whose code did not come. */
export interface Missing {
  href: string;
  /** Goes there once more. */
  again: () => void;
  /** Stays where one is. */
  giveUp: () => void;
}

/** So long a page is waited for before whatever is done on the one that is shown gives it up. */
const PATIENCE_MS = 1_000;

interface Arrival {
  /** Whether the code of a page is on its way. */
  isAwaited: boolean;
  missing: Missing | null;
}

let state: Arrival = { isAwaited: false, missing: null };
const listeners = new Set<() => void>();

/** The page whose code did not come, until its reader gives it up. */
export function useMissing(): Missing | null {
  return useSyncExternalStore(subscribe, () => state.missing);
}

/** Whether the code of a page is on its way. */
export function useIsPageAwaited(): boolean {
  return useSyncExternalStore(subscribe, () => state.isAwaited);
}

/** Loads the code of whatever an address shows; `false` where it does not come. */
export async function loadPage(router: AnyRouter, pathname: string): Promise<boolean> {
  const parts = partsOf(router, pathname);
  try {
    await readMissingStyles();
  } catch {
    return false;
  }
  // A failure is kept in the part, to be thrown where that is drawn.
  await Promise.all(parts.map(async (part) => { await loaderOf(part)?.(); }));
  return parts.every(isThere);
}

/** From here on no page is left for one whose code is not there yet. */
export function awaitPages(router: AnyRouter): void {
  const history = router.history as RouterHistory;
  let last = 0;
  let begun = 0;
  history.block({
    enableBeforeUnload: false,
    blockerFn: async ({ currentLocation: current, nextLocation: next, action }) => {
      const isWritten = action === 'PUSH' || action === 'REPLACE';
      if (isWritten && current.pathname === next.pathname) {
        if (!state.isAwaited) return false;
        // What the page that is left asks for meanwhile is not asked of the next one; later it is its reader, who goes on here.
        if (Date.now() - begun < PATIENCE_MS) return true;
        last += 1;
        set({ isAwaited: false, missing: null });
        return false;
      }
      last += 1;
      const own = last;
      begun = Date.now();
      set({ isAwaited: true, missing: null });
      const isComing = partsOf(router, next.pathname).every(isThere) || (await loadPage(router, next.pathname));
      // Another page was wanted meanwhile. The browser itself goes back and forth: there is nothing to keep it from then.
      if (own !== last) return isWritten;
      const giveUp = () => { set({ isAwaited: false, missing: null }); };
      const again = () => {
        giveUp();
        if (action === 'PUSH') history.push(next.href);
        else if (action === 'REPLACE') history.replace(next.href);
        else history.go(next.state.__TSR_index - current.state.__TSR_index);
      };
      set({ isAwaited: false, missing: isComing ? null : { href: next.href, again, giveUp } });
      return !isComing;
    },
  });
}

function partsOf(router: AnyRouter, pathname: string): readonly AnyRoute[] {
  return router.getMatchedRoutes(pathname)[0];
}

/** Once the code of a part is there, it cannot be loaded any more. */
function isThere(part: AnyRoute): boolean {
  return loaderOf(part) === undefined;
}

function loaderOf(part: AnyRoute): AsyncRouteComponent<unknown>['preload'] {
  const component = part.options.component as AsyncRouteComponent<unknown> | undefined;
  return component?.preload;
}

function set(next: Arrival): void {
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
