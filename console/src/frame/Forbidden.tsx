import { useFormat, useMessages } from '../i18n/language';
import { quotedPermission } from '../i18n/permissions/permissions';
import { Alert } from '../parts/pf';
import { messages } from './messages';

/** A page that the signed-in person may not see: it says which permission would show it, or which they hold in application scopes alone. */
export function Forbidden({ permission, isLimited = false, isKept = false }: { permission: string; isLimited?: boolean; isKept?: boolean }) {
  const t = useMessages(messages);
  const name = quotedPermission(permission, useFormat());
  // Whoever gives it by the command line or a file needs it as it is written there.
  const text = t.rich(isLimited ? 'forbidden.limited' : 'forbidden.text', { permission: t.rich('forbidden.permission', { name, key: <code>{permission}</code> }) });
  if (isKept) return <Alert variant="warning" isInline title={t('forbidden.kept')}>{text}</Alert>;
  return (
    <div className="bh-page">
      <h1>{t('forbidden.title')}</h1>
      <p>{text}</p>
    </div>
  );
}
