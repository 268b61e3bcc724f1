// Whether the session has ended. Signing out in one tab ends it in all.
import { useSyncExternalStore } from 'react';

const channel = new BroadcastChannel('bulkhead-session');
const listeners = new Set<() => void>();
let isEnded = false;

channel.onmessage = () => {
  set(true);
};

/** The server does not know the session any more. */
export function noteSessionEnded(): void {
  set(true);
}

/** Somebody signed out: the other tabs shall know. */
export function announceSignOut(): void {
  channel.postMessage('ended');
  set(true);
}

export function noteSessionBegan(): void {
  set(false);
}

export function useSessionHasEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isEnded,
  );
}

function set(value: boolean): void {
  if (isEnded === value) return;
  isEnded = value;
  for (const listener of listeners) listener();
}
