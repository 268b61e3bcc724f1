import { useEffect, useState } from 'react';
import { useFormat, useMessages } from '../../i18n/language';
import { messages as parts } from '../messages';
import { Button } from '../pf';
import { messages } from './messages';

/** An answer that takes longer than this is told of. */
const PATIENCE_MS = 5_000;

/** How often the time is told aloud. */
const ALOUD_MS = 30_000;

/** Says after a while that an answer is still awaited, and for how long; whoever does not want to wait stops it. */
export function StillWorking({ onCancel }: { onCancel: () => void }) {
  const t = useMessages(messages);
  const p = useMessages(parts);
  const format = useFormat();
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => { setWaited(Date.now() - began); }, 1000);
    return () => { clearInterval(timer); };
  }, []);
  const isLong = waited >= PATIENCE_MS;
  return (
    <div className={isLong ? 'bh-still' : 'bh-hidden'}>
      {/* A time that was told aloud with each second would never stop speaking. */}
      <p aria-hidden="true">{isLong && t('still.working', { time: format.duration(waited) })}</p>
      <p role="status" className="bh-hidden">{isLong ? t('still.working', { time: format.duration(Math.max(PATIENCE_MS, waited - (waited % ALOUD_MS))) }) : ''}</p>
      {isLong && <Button variant="link" isInline onClick={onCancel}>{p('cancel')}</Button>}
    </div>
  );
}

/** Instead of what was not waited for. The focus was on what stopped it, and goes on to what asks again. */
export function Stopped({ onAgain }: { onAgain: () => void }) {
  const t = useMessages(messages);
  const p = useMessages(parts);
  return (
    <div className="bh-actions">
      <p role="status">{t('stopped')}</p>
      <Button variant="link" isInline autoFocus onClick={onAgain}>{p('retry')}</Button>
    </div>
  );
}
