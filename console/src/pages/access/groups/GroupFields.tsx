import { listUsers } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { Field } from '../../../parts/Field';
import { PickList } from '../../../parts/PickList';
import { Problem } from '../../../parts/Problem';
import { useAll } from '../all';
import { RolePicker } from '../RolePicker';
import { messages } from './messages';

/** What of a group is edited. */
export interface GroupDraft {
  name: string;
  description: string;
  members: string[];
  roles: string[];
}

export function GroupFields({ draft, change }: { draft: GroupDraft; change: (change: Partial<GroupDraft>) => void }) {
  const t = useMessages(messages);
  const users = useAll(listUsers);
  const people = users.items.map((user) => ({ id: user.id, label: user.name === user.display_name ? user.name : `${user.name} (${user.display_name})` }));
  return (
    <>
      <Field member="name" label={t('name')} isRequired maxLength={100} value={draft.name} onValue={(name) => { change({ name }); }} />
      <Field member="description" label={t('description')} maxLength={1000} value={draft.description} onValue={(description) => { change({ description }); }} />
      {users.error ? <Problem error={users.error} onRetry={users.retry} /> : <PickList member="members" label={t('members')} options={people} chosen={draft.members} onChosen={(members) => { change({ members }); }} />}
      <RolePicker label={t('roles')} help={t('roles.help')} chosen={draft.roles} onChosen={(roles) => { change({ roles }); }} />
    </>
  );
}
