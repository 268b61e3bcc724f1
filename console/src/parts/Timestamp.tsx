import { memo, useSyncExternalStore } from 'react';
import { useFormat } from '../i18n/language';

const STEP_MS = 30_000;

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** A moment, from its distance to now where it is near; the exact one in the reader's zone and in UTC on hover. */
export const Timestamp = memo(function Timestamp({ moment, isExact = false }: { moment: string; isExact?: boolean }) {
  const format = useFormat();
  const step = useNow();
  // What happened since the last step happened now, not in the future.
  const ahead = Date.parse(moment) - step;
  const current = ahead > 0 && ahead < STEP_MS ? step + ahead : step;
  const exact = format.dateTime(moment);
  return (
    <time dateTime={moment} title={`${exact} (${format.utc(moment)})`}>
      {isExact ? exact : format.relative(moment, current)}
    </time>
  );
});

/** The time, to the half minute; one timer for all. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, current);
}

/** While nothing shows a time no timer goes: what comes next does not begin with the time of back then. */
function current(): number {
  if (timer === undefined && Date.now() - now >= STEP_MS) now = Date.now();
  return now;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, STEP_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
