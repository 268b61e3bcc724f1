import { useMessages } from '../i18n/language';
import { Alert } from '../parts/pf';
import { messages } from './messages';

/** A page that the signed-in person may not see: it says which permission would show it, or which they hold in application scopes alone. */
export function Forbidden({ permission, isLimited = false, isKept = false }: { permission: string; isLimited?: boolean; isKept?: boolean }) {
  const t = useMessages(messages);
  const text = t.rich(isLimited ? 'forbidden.limited' : 'forbidden.text', { permission: <code>{permission}</code> });
  if (isKept) return <Alert variant="warning" isInline title={t('forbidden.kept')}>{text}</Alert>;
  return (
    <div className="bh-page">
      <h1>{t('forbidden.title')}</h1>
      <p>{text}</p>
    </div>
  );
}
