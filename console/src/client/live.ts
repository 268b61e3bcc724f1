// What is shown follows what happens, without asking at each event.
import { useCallback, useEffect, useRef } from 'react';
import type { Event } from './generated';
import { useEvents } from './stream';

/** The least time between two questions, where it does not say otherwise. */
const PAUSE_MS = 1_000;

const everything = () => true;

/**
 * Calls back after events of the topics, at most once in `pauseMs` however many come. Those that `isMeant` turns down count
 * for nothing.
 */
export function useLive(topics: readonly string[], refresh: () => void, isMeant: (event: Event) => boolean = everything, pauseMs = PAUSE_MS): void {
  const latest = useRef({ refresh, isMeant, pauseMs });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = { refresh, isMeant, pauseMs };
  });
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  const onEvent = useCallback((event: Event) => {
    if (!latest.current.isMeant(event)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current.refresh();
    }, latest.current.pauseMs);
  }, []);
  useEvents(topics, onEvent);
}
