import { useCallback, useState } from 'react';
import type { Event, ImageDetails } from '../../../client/generated';
import { useEvents } from '../../../client/stream';
import { RESCAN_ENDED, RESCAN_REQUESTED } from '../../../client/topics';
import { useMe } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { HostileText } from '../../../parts/HostileText';
import { Timestamp } from '../../../parts/Timestamp';
import { messages } from './messages';

const TOPICS = [RESCAN_REQUESTED, RESCAN_ENDED];

interface Asked {
  digest: string;
  at: string;
  /** Empty where it may not be known. */
  by: string;
}

/** That somebody else wants the image scanned again, from when they ask while the page is open until what came of it is shown, or
 * the scan has ended without any change. */
export function RescanAsked({ image: { digest, indexed } }: { image: ImageDetails }) {
  const t = useMessages(messages);
  const { id: own } = useMe();
  const [asked, setAsked] = useState<Asked | null>(null);
  useEvents(TOPICS, useCallback(({ topic, object_id: id, at, parameters }: Event) => {
    if (topic === RESCAN_ENDED) {
      if (id === digest) setAsked(null);
      return;
    }
    const by = typeof parameters.by === 'string' ? parameters.by : '';
    // What readers ask for themselves is shown as their job.
    if (id === digest && parameters.by_id !== own) setAsked({ digest, at, by });
  }, [digest, own]));
  const isOpen = asked !== null && asked.digest === digest && Date.parse(indexed) < Date.parse(asked.at);
  // Screen readers tell anew what changes in a status: how long ago it was would be told every minute.
  const time = asked && <Timestamp moment={asked.at} isExact />;
  return (
    <span role="status">
      {isOpen && (
        <>
          · {asked.by === ''
            ? t.rich('rescan.asked', { time })
            : t.rich('rescan.asked.by', { name: <HostileText text={asked.by} longest={40} />, time })}
        </>
      )}
    </span>
  );
}
