import { useMessages } from '../i18n/language';
import { messages } from './messages';

/** A page that the signed-in person may not see: it says which permission would show it. */
export function Forbidden({ permission }: { permission: string }) {
  const t = useMessages(messages);
  return (
    <div className="bh-page">
      <h1>{t('forbidden.title')}</h1>
      <p>{t.rich('forbidden.text', { permission: <code>{permission}</code> })}</p>
    </div>
  );
}
