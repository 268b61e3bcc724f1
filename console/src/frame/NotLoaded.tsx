import { useEffect, useRef } from 'react';
import { useIsReachable } from '../client/connection';
import { useMessages } from '../i18n/language';
import { Button } from '../parts/pf';
import { messages } from './messages';
import { askServer, useIsOldVersion } from './version';

const PAUSE_MS = 3_000;

/**
 * In place of a page whose code did not come. Browsers may remember that a part could not be loaded, so that it is tried
 * again with the page as a whole: by itself where the server was away and is back.
 */
export function NotLoaded({ reload = () => { location.reload(); } }: { reload?: () => void }) {
  const t = useMessages(messages);
  const isReachable = useIsReachable();
  const isOld = useIsOldVersion();
  const wasAway = useRef(false);
  useEffect(() => {
    if (isReachable) {
      if (wasAway.current) reload();
      return;
    }
    wasAway.current = true;
    const timer = setInterval(() => void askServer(), PAUSE_MS);
    return () => { clearInterval(timer); };
  }, [isReachable, reload]);
  return (
    <div className="bh-page">
      <h1>{t('missing.title')}</h1>
      <p role="status">{t(!isReachable ? 'missing.offline' : isOld ? 'note.version' : 'missing.text')}</p>
      <p>
        <Button variant="secondary" onClick={isReachable ? reload : () => void askServer()}>{t(isOld ? 'broken.reload' : 'sign_out.again')}</Button>
      </p>
    </div>
  );
}
