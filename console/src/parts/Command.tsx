import { useMessages } from '../i18n/language';
import { CopyButton } from './CopyButton';
import { messages } from './messages';

/** A command that does the same as the page, to be copied. */
export function Command({ text }: { text: string }) {
  const t = useMessages(messages);
  return (
    <div className="bh-command">
      <pre tabIndex={0}><code>{text}</code></pre>
      <CopyButton text={text} label={t('copy')} />
    </div>
  );
}
