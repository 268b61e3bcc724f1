import { useRouter } from '@tanstack/react-router';
import { useIsReachable } from '../client/connection';
import { useMessages } from '../i18n/language';
import { Button } from '../parts/pf';
import { loadPage } from './arrival';
import { messages } from './messages';
import { reloadHere, useBack } from './MissingPart';
import { askServer, useIsAsking, useIsOldVersion } from './version';

interface NotLoadedProps {
  /** The code is there now. */
  onArrived: () => void;
  reload?: () => void;
}

/** In place of the page that one began with, where its code did not come: tried again when asked to, and once the server is back. */
export function NotLoaded({ onArrived, reload = reloadHere }: NotLoadedProps) {
  const t = useMessages(messages);
  const router = useRouter();
  const isReachable = useIsReachable();
  const isAsking = useIsAsking();
  const isOld = useIsOldVersion();
  const again = () => void loadPage(router, router.latestLocation.pathname).then((isThere) => { if (isThere) onArrived(); });
  useBack(again);
  return (
    <div className="bh-page">
      <h1>{t('missing.title')}</h1>
      <p role="status">{t(!isReachable ? 'missing.offline' : isOld ? 'note.version' : isAsking ? 'missing.asking' : 'missing.text')}</p>
      <p className="bh-actions">
        {!isOld && <Button variant="secondary" onClick={isReachable ? again : () => void askServer()}>{t('sign_out.again')}</Button>}
        {isReachable && <Button variant="secondary" onClick={reload}>{t('broken.reload')}</Button>}
      </p>
    </div>
  );
}
