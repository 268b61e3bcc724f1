// Whether the server answers, for the note in the frame.
import { useSyncExternalStore } from 'react';

let isReachable = true;
const listeners = new Set<() => void>();

export function noteAnswered(): void {
  set(true);
}

export function noteUnreachable(): void {
  set(false);
}

/** Whether the last request got an answer. */
export function useIsReachable(): boolean {
  return useSyncExternalStore(subscribe, () => isReachable);
}

function set(value: boolean): void {
  if (isReachable === value) return;
  isReachable = value;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
