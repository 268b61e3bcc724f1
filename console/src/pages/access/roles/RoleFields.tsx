import { useMessages } from '../../../i18n/language';
import { Field } from '../../../parts/Field';
import { PermissionGrid } from '../PermissionGrid';
import { ScopePicker } from '../ScopePicker';
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
  return (
    <>
      <Field member="name" label={t('name')} isRequired maxLength={100} value={draft.name} onValue={(name) => { change({ name }); }} />
      <Field member="description" label={t('description')} maxLength={1000} value={draft.description} onValue={(description) => { change({ description }); }} />
      <PermissionGrid label={t('permissions')} help={t('permissions.help')} chosen={draft.permissions} onChosen={(permissions) => { change({ permissions }); }} />
      <ScopePicker label={t('scopes')} help={t('scopes.help')} none={t('scopes.none')} chosen={draft.scopes} onChosen={(scopes) => { change({ scopes }); }} />
    </>
  );
}
