import { useEffect, useRef, useState } from 'react';
import { useMessages } from '../i18n/language';
import { Icon } from './icons';
import { messages } from './messages';

/** Copies a text, and says so, or that the browser does not let it. With a label a link, without one a small icon that `what` names. */
export function CopyButton({ text, label, what }: { text: string; label?: string; what?: string }) {
  const t = useMessages(messages);
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => { clearTimeout(timer.current); }, []);
  const tell = (next: 'copied' | 'failed', forMs: number) => {
    setOutcome(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => { setOutcome(null); }, forMs);
  };
  const copy = () => {
    put(text).then(() => { tell('copied', 2_000); }, () => { tell('failed', 10_000); });
  };
  const name = label ?? t('copy.what', { what: what ?? text });
  return (
    <button type="button" className={label ? 'bh-link-button' : 'bh-icon-button'} onClick={copy} aria-label={label ? undefined : name} title={label ? undefined : name}>
      <Icon name={outcome === 'copied' ? 'check' : 'copy'} />
      {label && <span>{label}</span>}
      <span role="status" className={outcome === 'failed' ? 'bh-field-error' : 'bh-hidden'}>{outcome === 'copied' ? t('copied') : outcome === 'failed' ? t('copy.failed') : ''}</span>
    </button>
  );
}

/** Fails where the browser forbids it, and where it has no clipboard for this page at all. */
async function put(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
