import { listScopes } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { Field } from '../../../parts/Field';
import { PickList } from '../../../parts/PickList';
import { useAll } from '../all';
import { PermissionGrid } from '../PermissionGrid';
import { messages } from './messages';

/** What of a role is edited. */
export interface RoleDraft {
  name: string;
  description: string;
  permissions: string[];
  scopes: string[];
}

export function RoleFields({ draft, change }: { draft: RoleDraft; change: (change: Partial<RoleDraft>) => void }) {
  const t = useMessages(messages);
  const scopes = useAll(listScopes).items.map((scope) => ({ id: scope.id, label: scope.name, description: scope.description }));
  return (
    <>
      <Field member="name" label={t('name')} isRequired maxLength={100} value={draft.name} onValue={(name) => { change({ name }); }} />
      <Field member="description" label={t('description')} maxLength={1000} value={draft.description} onValue={(description) => { change({ description }); }} />
      <PermissionGrid label={t('permissions')} help={t('permissions.help')} chosen={draft.permissions} onChosen={(permissions) => { change({ permissions }); }} />
      <PickList member="scopes" label={t('scopes')} help={t('scopes.help')} empty={<p>{t('scopes.none')}</p>} options={scopes} chosen={draft.scopes} onChosen={(next) => { change({ scopes: next }); }} />
    </>
  );
}
