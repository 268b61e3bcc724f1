import { useEffect, useId, useRef } from 'react';
import { useMessages } from '../../i18n/language';
import { messages } from './messages';

interface SourceProps {
  text: string;
  onText: (text: string) => void;
  /** The line that is wrong, from 1. */
  wrongLine: number | null;
}

/** The document as text, with the numbers of its lines; the one that is wrong is marked. */
export function Source({ text, onText, wrongLine }: SourceProps) {
  const t = useMessages(messages);
  const id = useId();
  const frame = useRef<HTMLDivElement>(null);
  const count = text.split('\n').length;
  useEffect(() => {
    if (wrongLine === null) return;
    const line = frame.current?.querySelector('.bh-source-wrong');
    if (line && 'scrollIntoView' in line) line.scrollIntoView({ block: 'nearest' });
  }, [wrongLine]);
  return (
    <>
      <label htmlFor={id}><strong>{t('source')}</strong></label>
      <div className="bh-source-text" ref={frame}>
        <div className="bh-source-lines" aria-hidden="true">
          {Array.from({ length: count }, (_, at) => <span key={at} className={at + 1 === wrongLine ? 'bh-source-wrong' : undefined}>{at + 1}</span>)}
        </div>
        <textarea
          id={id}
          rows={count}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          wrap="off"
          aria-invalid={wrongLine !== null}
          value={text}
          onChange={(event) => { onText(event.target.value); }}
        />
      </div>
    </>
  );
}
