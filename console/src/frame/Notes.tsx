import { useEffect, useState } from 'react';
import { useIsReachable } from '../client/connection';
import { useStreamState } from '../client/stream';
import { useMessages } from '../i18n/language';
import { Icon } from '../parts/icons';
import { Button } from '../parts/pf';
import { messages } from './messages';
import { useIsPageAwaited } from './arrival';
import { useIsOldVersion } from './version';

/** What the reader should know of the connection, in words and without taking the page away. */
export function Notes() {
  const t = useMessages(messages);
  const isReachable = useIsReachable();
  const stream = useStreamState();
  const isOld = useIsOldVersion();
  const note = !isReachable ? t('note.offline') : stream === 'paused' ? t('note.paused') : null;
  return (
    <div role="status" className="bh-notes">
      <Awaited />
      {note && (
        <p className="bh-note">
          <Icon name="warn" className="bh-decision-would_deny" />
          {note}
        </p>
      )}
      {isOld && (
        <p className="bh-note">
          {t('note.version')}
          <Button variant="link" isInline onClick={() => { location.reload(); }}>{t('broken.reload')}</Button>
        </p>
      )}
    </div>
  );
}

/** Longer than most pages take: what flashes up helps nobody. */
const PATIENCE_MS = 400;

/** The page that was wanted is on its way. */
function Awaited() {
  return useIsPageAwaited() && <AwaitedLong />;
}

function AwaitedLong() {
  const t = useMessages(messages);
  const [isLong, setIsLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => { setIsLong(true); }, PATIENCE_MS);
    return () => { clearTimeout(timer); };
  }, []);
  return isLong && <p className="bh-note">{t('note.awaited')}</p>;
}
