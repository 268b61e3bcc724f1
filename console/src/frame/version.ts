// A part of the page that the server no longer has: it was upgraded while this page was open.
import { useSyncExternalStore } from 'react';

let isOld = false;
const listeners = new Set<() => void>();

addEventListener('vite:preloadError', (event) => {
  // The note says it; the failure would say less.
  event.preventDefault();
  isOld = true;
  for (const listener of listeners) listener();
});

/** Whether the page is of an older version than the server. */
export function useIsOldVersion(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isOld,
  );
}
