import { useEffect, useRef } from 'react';
import { useIsReachable } from '../client/connection';
import { useMessages } from '../i18n/language';
import { Confirm } from '../parts/Confirm';
import { Alert, Button } from '../parts/pf';
import { messages } from './messages';
import { askServer, useIsAsking, useIsOldVersion } from './version';

const PAUSE_MS = 3_000;

interface MissingPartProps {
  title: string;
  again: () => void;
  /** Goes on without it; a note that has no other way out has none. */
  onClose?: (() => void) | undefined;
  /** Begins anew with what the server has now; the page itself, where nothing else is said. */
  reload?: () => void;
}

/** Over the page: a dialog or another page whose code did not come. Whatever was typed stays below it. */
export function MissingDialog({ title, again, onClose, reload = reloadHere }: MissingPartProps & { onClose: () => void }) {
  const { text, isOld, isReachable, retry } = useMissingPart(again);
  const t = useMessages(messages);
  return (
    <Confirm title={title} action={t(isOld ? 'broken.reload' : 'sign_out.again')} onConfirm={isOld ? reload : retry} onCancel={onClose}>
      <p role="status">{text}</p>
      {isReachable && !isOld && <Reload onReload={reload} />}
    </Confirm>
  );
}

/** In the place of a part of the page whose code did not come. */
export function MissingNote({ title, again, onClose, reload = reloadHere }: MissingPartProps) {
  const { text, isOld, isReachable, retry } = useMissingPart(again);
  const t = useMessages(messages);
  return (
    <Alert
      variant="warning"
      isInline
      title={title}
      actionLinks={
        <>
          {!isOld && <Button variant="link" isInline onClick={retry}>{t('sign_out.again')}</Button>}
          {isOld && <Button variant="link" isInline onClick={reload}>{t('broken.reload')}</Button>}
          {onClose && <Button variant="link" isInline onClick={onClose}>{t('keys.close')}</Button>}
        </>
      }
    >
      <p role="status">{text}</p>
      {isReachable && !isOld && <Reload onReload={reload} />}
    </Alert>
  );
}

function Reload({ onReload }: { onReload: () => void }) {
  const t = useMessages(messages);
  return <p>{t.rich('missing.reload', { reload: <Button variant="link" isInline onClick={onReload}>{t('broken.reload')}</Button> })}</p>;
}

/** What is known of why it did not come. It is asked for again by the reader, and by itself once the server is back. */
function useMissingPart(again: () => void): { text: string; isOld: boolean; isReachable: boolean; retry: () => void } {
  const t = useMessages(messages);
  const isReachable = useIsReachable();
  const isAsking = useIsAsking();
  const isOld = useIsOldVersion();
  useBack(again);
  const text = !isReachable ? t('missing.part.offline') : isOld ? t('missing.part.old') : isAsking ? t('missing.asking') : t('missing.text');
  return { text, isOld, isReachable, retry: isReachable ? again : () => void askServer() };
}

/** Looks for a server that is away, and does it once that is back. */
export function useBack(again: () => void): void {
  const isReachable = useIsReachable();
  const wasAway = useRef(false);
  const latest = useRef(again);
  useEffect(() => {
    latest.current = again;
  });
  useEffect(() => {
    if (isReachable) {
      if (wasAway.current) latest.current();
      wasAway.current = false;
      return;
    }
    wasAway.current = true;
    const timer = setInterval(() => void askServer(), PAUSE_MS);
    return () => { clearInterval(timer); };
  }, [isReachable]);
}

export function reloadHere(): void {
  location.reload();
}
