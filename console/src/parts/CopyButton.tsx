import { useState } from 'react';
import { useMessages } from '../i18n/language';
import { Icon } from './icons';
import { messages } from './messages';

/** Copies a text, and says so. With a label a link, without one a small icon that `what` names. */
export function CopyButton({ text, label, what }: { text: string; label?: string; what?: string }) {
  const t = useMessages(messages);
  const [isDone, setIsDone] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => {
      setIsDone(true);
      setTimeout(() => { setIsDone(false); }, 2000);
    });
  };
  const name = label ?? t('copy.what', { what: what ?? text });
  return (
    <button type="button" className={label ? 'bh-link-button' : 'bh-icon-button'} onClick={copy} aria-label={label ? undefined : name} title={label ? undefined : name}>
      <Icon name={isDone ? 'check' : 'copy'} />
      {label && <span>{label}</span>}
      <span role="status" className="bh-hidden">{isDone ? t('copied') : ''}</span>
    </button>
  );
}
