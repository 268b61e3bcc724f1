import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { createUser, listUsers, type UserWithPassword } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { NewObject } from '../../../parts/edit/NewObject';
import { Field } from '../../../parts/Field';
import { ObjectHead } from '../../../parts/ObjectHead';
import { ShownOnce } from '../../../parts/ShownOnce';
import { RolePicker } from '../RolePicker';
import { messages } from './messages';

const EMPTY = { name: '', display_name: '', email: '', roles: [] as string[] };

/** A user to be made; the password that comes back is shown once. */
export function NewUserPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [made, setMade] = useState<UserWithPassword | null>(null);
  return (
    <div className="bh-page">
      <ObjectHead to="/access/users" list={t('title')} title={t('new')} />
      <p>{t('new.text')}</p>
      <NewObject
        initial={EMPTY}
        action={t('create')}
        create={(draft, options) => createUser({ body: { ...draft, display_name: draft.display_name || null, email: draft.email || null } }, options)}
        onMade={setMade}
        stale={[listUsers.id]}
      >
        {(draft, change) => (
          <>
            <Field member="name" label={t('name')} help={t('name.help')} autoComplete="off" isRequired value={draft.name} onValue={(name) => { change({ name }); }} />
            <Field member="display_name" label={t('display_name')} autoComplete="off" value={draft.display_name} onValue={(value) => { change({ display_name: value }); }} />
            <Field member="email" label={t('email')} type="email" autoComplete="off" value={draft.email} onValue={(email) => { change({ email }); }} />
            <RolePicker label={t('roles')} chosen={draft.roles} onChosen={(roles) => { change({ roles }); }} />
          </>
        )}
      </NewObject>
      {made && (
        <ShownOnce
          title={t('created.title', { name: made.user.name })}
          text={t('created.text')}
          secret={made.password}
          onClose={() => void navigate({ to: '/access/users/$id', params: { id: made.user.id } })}
        />
      )}
    </div>
  );
}
