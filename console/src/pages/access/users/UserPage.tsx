import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { hasCode } from '../../../client/failure';
import { deleteUser, listGroups, listUsers, showMe, showUser, updateUser, type User, type UserEdit } from '../../../client/generated';
import { answerOf } from '../../../client/queries';
import type { Answer } from '../../../client/transport';
import { useMay, useMe } from '../../../frame/me';
import { useTitle } from '../../../frame/title';
import { useMessages } from '../../../i18n/language';
import { EditForm } from '../../../parts/edit/EditForm';
import { useEdit } from '../../../parts/edit/useEdit';
import { Field } from '../../../parts/Field';
import { HostileText } from '../../../parts/HostileText';
import { Loaded } from '../../../parts/Loaded';
import { ObjectHead } from '../../../parts/ObjectHead';
import { Alert } from '../../../parts/pf';
import { Remove } from '../../../parts/Remove';
import { Tick } from '../../../parts/Tick';
import { Timestamp } from '../../../parts/Timestamp';
import { useAll } from '../all';
import { RolePicker } from '../RolePicker';
import { messages } from './messages';
import { SigningIn } from './SigningIn';
import { UserState } from './UserState';

/** One user: what they are called, what they may do, whether they can sign in. */
export function UserPage() {
  const { id } = useParams({ from: '/frame/access/users/$id' });
  const user = useQuery(answerOf(showUser, { path: { id } }));
  return <Loaded query={user}>{(answer) => <Whole key={id} answer={answer} />}</Loaded>;
}

function draftOf(user: User): UserEdit & { email: string } {
  return { display_name: user.display_name, email: user.email ?? '', is_disabled: user.is_disabled, roles: user.roles };
}

function Whole({ answer }: { answer: Answer<User> }) {
  const t = useMessages(messages);
  const me = useMe();
  const mayWrite = useMay('access.write');
  const user = answer.data;
  const path = { id: user.id };
  const edit = useEdit({
    answer,
    queryKey: answerOf(showUser, { path }).queryKey,
    draftOf,
    read: () => showUser.answer({ path }),
    save: (draft, ifMatch) => updateUser.answer({ path, body: { ...draft, email: draft.email || null } }, { ifMatch }),
    stale: [listUsers.id, showMe.id],
  });
  const { draft, change } = edit;
  useTitle(user.name);
  return (
    <div className="bh-page">
      <ObjectHead to="/access/users" list={t('title')} title={<HostileText text={user.name} />}>
        {mayWrite && (
          <Remove
            title={t('remove.title', { name: user.name })}
            action={t('remove')}
            text={t('remove.text')}
            run={() => deleteUser({ path }, { ifMatch: answer.etag })}
            to="/access/users"
            stale={[listUsers.id]}
          />
        )}
      </ObjectHead>
      <div className="bh-summary">
        <UserState user={user} />
        {user.id === me.id && <span>{t('yourself')}</span>}
      </div>
      <Facts user={user} />
      <EditForm hint={<>{hasCode(edit.error, 'access.last_administrator') && <Alert variant="info" isInline title={t('last_administrator')} />}</>} edit={edit} isEditable={mayWrite} memberName={(member) => t(member as keyof UserEdit)}>
        <Field member="display_name" label={t('display_name')} isRequired value={draft.display_name} onValue={(value) => { change({ display_name: value }); }} />
        <Field member="email" label={t('email')} type="email" value={draft.email} onValue={(value) => { change({ email: value }); }} />
        <RolePicker label={t('roles')} help={t('roles.help')} chosen={draft.roles} onChosen={(roles) => { change({ roles }); }} />
        <Tick label={t('is_disabled')} help={t('is_disabled.help')} isChecked={draft.is_disabled} onChecked={(value) => { change({ is_disabled: value }); }} />
      </EditForm>
      {mayWrite && <SigningIn user={user} />}
    </div>
  );
}

function Facts({ user }: { user: User }) {
  const t = useMessages(messages);
  const names = new Map(useAll(listGroups).items.map((group) => [group.id, group.name]));
  return (
    <dl className="bh-facts">
      <dt>{t('groups')}</dt>
      <dd>
        {user.groups.length === 0 && t('groups.none')}
        {user.groups.map((id, at) => (
          <span key={id}>{at > 0 && ' · '}<Link to="/access/groups/$id" params={{ id }}><HostileText text={names.get(id) ?? id} /></Link></span>
        ))}
      </dd>
      <dt>{t('second_factor')}</dt><dd>{t(user.has_second_factor ? 'yes' : 'no')}</dd>
      <dt>{t('last_login')}</dt><dd>{user.last_login ? <Timestamp moment={user.last_login} isExact /> : t('never')}</dd>
      <dt>{t('created')}</dt><dd><Timestamp moment={user.created} isExact /></dd>
      <dt>{t('changed')}</dt><dd><Timestamp moment={user.changed} isExact /></dd>
    </dl>
  );
}
