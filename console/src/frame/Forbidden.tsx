import { useMessages } from '../i18n/language';
import { messages } from './messages';

/** A page that the signed-in person may not see: it says which permission would show it, or which they hold in application scopes alone. */
export function Forbidden({ permission, isLimited = false }: { permission: string; isLimited?: boolean }) {
  const t = useMessages(messages);
  return (
    <div className="bh-page">
      <h1>{t('forbidden.title')}</h1>
      <p>{t.rich(isLimited ? 'forbidden.limited' : 'forbidden.text', { permission: <code>{permission}</code> })}</p>
    </div>
  );
}
