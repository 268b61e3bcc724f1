import { useCallback, useMemo, useRef, useState } from 'react';
import { useLive } from '../../client/live';
import { useEvents } from '../../client/stream';

/** No more are remembered than rows are in memory. */
const MOST_GONE = 2_000;

const NONE: ReadonlySet<string> = new Set();

/** The objects that were removed since the rows were read, by their keys; and what forgets them. */
export function useGone(topic: string | undefined): [gone: ReadonlySet<string>, forget: () => void] {
  const [gone, setGone] = useState<ReadonlySet<string>>(NONE);
  const heard = useRef(new Set<string>());
  const topics = useMemo(() => (topic === undefined ? [] : [topic]), [topic]);
  useEvents(topics, useCallback(({ object_id }) => { heard.current.add(object_id); }, []));
  // Retention removes many at once: rows are drawn anew once a second, however many went.
  useLive(topics, () => {
    const all = [...heard.current];
    heard.current.clear();
    setGone((before) => new Set([...before, ...all].slice(-MOST_GONE)));
  });
  const forget = useCallback(() => {
    heard.current.clear();
    setGone(NONE);
  }, []);
  return [gone, forget];
}
