// A part of the page that could not be loaded: the server was upgraded while this page was open, or it is away.
import { useSyncExternalStore } from 'react';
import { readStart } from '../client/transport';

const NAME = 'NotLoaded';

const MESSAGE = 'A part of the console could not be loaded.';

let isOld = false;
let asking: Promise<void> | null = null;
const listeners = new Set<() => void>();
const missingStyles = new Set<string>();

addEventListener('vite:preloadError', ({ payload }) => {
  const [, style] = /^Unable to preload CSS for (.+)$/.exec(payload.message) ?? [];
  if (style !== undefined) missingStyles.add(style);
  // The words are those of the browser, by which the router would reload the page: with the server away nothing would be
  // left of it.
  payload.name = NAME;
  payload.message = MESSAGE;
  void askServer();
});

/** Reads the styles that did not come: the loader asks for each once, and would show what they are of without them. */
export async function readMissingStyles(): Promise<void> {
  await Promise.all([...missingStyles].map(readStyle));
}

function readStyle(href: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = href;
    link.onload = () => {
      missingStyles.delete(href);
      resolve();
    };
    link.onerror = () => {
      link.remove();
      void askServer();
      reject(Object.assign(new Error(MESSAGE), { name: NAME }));
    };
    document.head.append(link);
  });
}

/** Whether the code of a page or dialog could not be loaded. */
export function isNotLoaded(error: unknown): boolean {
  return error instanceof Error && error.name === NAME;
}

/** Asks whether the server is there, and whether it serves what this page is of. */
export function askServer(): Promise<void> {
  if (asking === null) {
    asking = ask().finally(() => {
      asking = null;
      tell();
    });
    tell();
  }
  return asking;
}

async function ask(): Promise<void> {
  const entry = document.querySelector('script[type="module"][src]')?.getAttribute('src');
  const start = await readStart();
  if (start === null || !entry || isOld || start.includes(entry)) return;
  isOld = true;
}

/** Whether the page is of an older version than the server. */
export function useIsOldVersion(): boolean {
  return useSyncExternalStore(subscribe, () => isOld);
}

/** Whether the server was asked and has not answered yet. */
export function useIsAsking(): boolean {
  return useSyncExternalStore(subscribe, () => asking !== null);
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
