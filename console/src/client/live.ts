// What is shown follows what happens, without asking at each event.
import { useCallback, useEffect, useRef } from 'react';
import { useEvents } from './stream';

/** The least time between two questions. */
const PAUSE_MS = 1_000;

/** Calls back after events of the topics, at most once a second however many come. */
export function useLive(topics: readonly string[], refresh: () => void): void {
  const latest = useRef(refresh);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  const onEvent = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, PAUSE_MS);
  }, []);
  useEvents(topics, onEvent);
}
