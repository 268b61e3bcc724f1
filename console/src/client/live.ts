// What is shown follows what happens, without asking at each event.
import { useCallback, useEffect, useRef } from 'react';
import type { Event } from './generated';
import { useEvents } from './stream';

/** The least time between two questions. */
const PAUSE_MS = 1_000;

const everything = () => true;

/** Calls back after events of the topics, at most once a second however many come. Those that `isMeant` turns down count for nothing. */
export function useLive(topics: readonly string[], refresh: () => void, isMeant: (event: Event) => boolean = everything): void {
  const latest = useRef({ refresh, isMeant });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = { refresh, isMeant };
  });
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  const onEvent = useCallback((event: Event) => {
    if (!latest.current.isMeant(event)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current.refresh();
    }, PAUSE_MS);
  }, []);
  useEvents(topics, onEvent);
}
