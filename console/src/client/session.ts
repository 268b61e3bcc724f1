// Whether the session has ended. It is that of all tabs of a browser: what happens to it in one is told to the others.
import { useSyncExternalStore } from 'react';

/** What another tab says of the session. Whether it is so, and whose it is, the server knows. */
export type Tidings = 'ended' | 'began';

const channel = new BroadcastChannel('bulkhead-session');
const listeners = new Set<() => void>();
const hearers = new Set<(tidings: Tidings) => void>();
let isEnded = false;

channel.onmessage = (message: MessageEvent<Tidings>) => {
  if (message.data === 'ended' && isEnded) return;
  for (const hearer of hearers) hearer(message.data);
};

/** The server does not know the session any more, or somebody signed out. */
export function noteSessionEnded(): void {
  if (isEnded) return;
  set(true);
  channel.postMessage('ended' satisfies Tidings);
}

/** Somebody signed in. */
export function noteSessionBegan(): void {
  set(false);
  channel.postMessage('began' satisfies Tidings);
}

/** The server knows the session: that another tab said otherwise, or that it ended here before, is over. */
export function noteSessionIsThere(): void {
  set(false);
}

/** Calls back when another tab says that the session ended or began. */
export function onOtherTab(hearer: (tidings: Tidings) => void): () => void {
  hearers.add(hearer);
  return () => {
    hearers.delete(hearer);
  };
}

export function useSessionHasEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hasSessionEnded,
  );
}

export function hasSessionEnded(): boolean {
  return isEnded;
}

function set(value: boolean): void {
  if (isEnded === value) return;
  isEnded = value;
  for (const listener of listeners) listener();
}
