import { useEffect, useRef } from 'react';
import type { Policy } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { DiffView } from '../../parts/diff/DiffView';
import { mergeLines } from '../../parts/diff/lines';
import { HostileText } from '../../parts/HostileText';
import { Alert, Button } from '../../parts/pf';
import { Timestamp } from '../../parts/Timestamp';
import { messages } from './messages';

interface ConflictProps {
  /** The document that both began with. */
  base: string;
  mine: string;
  theirs: Policy;
  /** Goes on with a document, on top of what they saved. */
  onGoOn: (document: string) => void;
}

/** Somebody else saved first: what they changed, what oneself changed, and how to go on. Nothing is overwritten before. */
export function Conflict({ base, mine, theirs, onGoOn }: ConflictProps) {
  const t = useMessages(messages);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    // The button that was pressed may be far below: the reader is led to what it led to.
    place.current?.focus();
  }, []);
  const together = mergeLines(base, mine, theirs.document);
  return (
    <section className="bh-section" aria-label={t('conflict.title')} ref={place} tabIndex={-1}>
      <Alert variant="warning" isInline title={t('conflict.title')}>
        <p>{t.rich('conflict.who', { name: <HostileText text={theirs.author} />, time: <Timestamp moment={theirs.changed} /> })}</p>
        <p>{t(together === null ? 'conflict.overlap' : 'conflict.apart')}</p>
      </Alert>
      <div className="bh-two">
        <div className="bh-section"><h2>{t('conflict.theirs')}</h2><DiffView before={base} after={theirs.document} label={t('conflict.theirs')} /></div>
        <div className="bh-section"><h2>{t('conflict.mine')}</h2><DiffView before={base} after={mine} label={t('conflict.mine')} /></div>
      </div>
      <div className="bh-actions">
        {together !== null && <Button onClick={() => { onGoOn(together); }}>{t('conflict.together')}</Button>}
        <Button variant="secondary" onClick={() => { onGoOn(theirs.document); }}>{t('conflict.take')}</Button>
        <Button variant="secondary" onClick={() => { onGoOn(mine); }}>{t('conflict.keep')}</Button>
      </div>
    </section>
  );
}
