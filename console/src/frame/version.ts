// A part of the page that could not be loaded: the server was upgraded while this page was open, or it is away.
import { useSyncExternalStore } from 'react';
import { readStart } from '../client/transport';

const NAME = 'NotLoaded';

let isOld = false;
let asking: Promise<void> | null = null;
const listeners = new Set<() => void>();

addEventListener('vite:preloadError', ({ payload }) => {
  // The words are those of the browser, by which the router would reload the page: with the server away nothing would be
  // left of it.
  payload.name = NAME;
  payload.message = 'A part of the console could not be loaded.';
  void askServer();
});

/** Whether the code of a page or dialog could not be loaded. */
export function isNotLoaded(error: unknown): boolean {
  return error instanceof Error && error.name === NAME;
}

/** Asks whether the server is there, and whether it serves what this page is of. */
export function askServer(): Promise<void> {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

async function ask(): Promise<void> {
  const entry = document.querySelector('script[type="module"][src]')?.getAttribute('src');
  const start = await readStart();
  if (start === null || !entry || isOld || start.includes(entry)) return;
  isOld = true;
  for (const listener of listeners) listener();
}

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
