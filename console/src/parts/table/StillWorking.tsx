import { useEffect, useState } from 'react';
import { useFormat, useMessages } from '../../i18n/language';
import { messages } from './messages';

/** An answer that takes longer than this is told of. */
const PATIENCE_MS = 5_000;

/** Says after a while that an answer is still awaited, and for how long. */
export function StillWorking() {
  const t = useMessages(messages);
  const format = useFormat();
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => { setWaited(Date.now() - began); }, 1000);
    return () => { clearInterval(timer); };
  }, []);
  return (
    <p role="status" className="bh-still">
      {waited >= PATIENCE_MS ? t('still.working', { time: format.duration(waited) }) : ''}
    </p>
  );
}
