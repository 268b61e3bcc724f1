import { useState } from 'react';
import { hasCode } from '../../../client/failure';
import { listScopes, type NewToken, type TokenWithSecret } from '../../../client/generated';
import type { CallOptions } from '../../../client/transport';
import { useMay, useMe } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { Choice } from '../../../parts/Choice';
import { NewObject } from '../../../parts/edit/NewObject';
import { Field } from '../../../parts/Field';
import { Alert } from '../../../parts/pf';
import { ShownOnce } from '../../../parts/ShownOnce';
import { PageSkeleton } from '../../../parts/Skeleton';
import { useAll } from '../all';
import { PermissionGrid } from '../PermissionGrid';
import { ScopePicker } from '../ScopePicker';
import { LIVES, blocksOf, endOf, type Life } from './expiry';
import { messages } from './messages';

interface Draft {
  name: string;
  permissions: string[];
  scopes: string[];
  life: Life;
  date: string;
  addresses: string;
}

const EMPTY: Draft = { name: '', permissions: [], scopes: [], life: '90', date: '', addresses: '' };

interface TokenFormProps {
  create: (token: NewToken, options: CallOptions) => Promise<TokenWithSecret>;
  stale: readonly string[];
  /** The secret was shown and kept. */
  onDone: () => void;
}

/** A token to be made; its secret is shown once. */
export function TokenForm({ create, stale, onDone }: TokenFormProps) {
  const t = useMessages(messages);
  const me = useMe();
  const isLimited = (me.scopes ?? []).length > 0;
  const [made, setMade] = useState<TokenWithSecret | null>(null);
  const scopes = useAll(listScopes, useMay('access.read'));
  const tokenOf = ({ name, permissions, scopes: chosen, life, date, addresses }: Draft): NewToken => {
    const expires = endOf(life, date, Date.now());
    return { name, permissions, scopes: chosen, addresses: blocksOf(addresses), ...(expires ? { expires } : {}) };
  };
  const word = (life: Life) => (life === 'date' ? t('expires.date') : life === 'never' ? t('expires.never') : t('expires.days', { count: Number(life) }));
  // How many there are to choose from nobody knows before: the form comes with them, and nothing in it moves.
  if (scopes.isPending) return <PageSkeleton />;
  return (
    <>
      <NewObject initial={EMPTY} action={t('create')} create={(draft, options) => create(tokenOf(draft), options)} onMade={setMade} stale={stale}>
        {(draft, change, error) => (
          <>
            <Field member="name" label={t('name')} isRequired maxLength={100} value={draft.name} onValue={(name) => { change({ name }); }} />
            <PermissionGrid
              label={t('permissions')}
              help={t('permissions.help')}
              chosen={draft.permissions}
              onChosen={(permissions) => { change({ permissions }); }}
              isOffered={(permission) => me.permissions.includes(permission)}
            />
            <ScopePicker label={t('scopes')} help={t(isLimited ? 'scopes.help.limited' : 'scopes.help')} none={t('scopes.none')} chosen={draft.scopes} onChosen={(scopes) => { change({ scopes }); }} />
            <Choice member={draft.life === 'date' ? undefined : 'expires'} label={t('expires')} value={draft.life} choices={LIVES.map((value) => ({ value, label: word(value) }))} onValue={(life) => { change({ life }); }} />
            {draft.life === 'date' && <Field member="expires" label={t('expires.on')} type="date" isRequired value={draft.date} onValue={(date) => { change({ date }); }} />}
            <Field member="addresses" label={t('addresses')} help={t('addresses.help')} spellCheck={false} value={draft.addresses} onValue={(addresses) => { change({ addresses }); }} />
            {hasCode(error, 'access.beyond_own_rights') && <Alert variant="info" isInline title={t('beyond')} />}
          </>
        )}
      </NewObject>
      {made && <ShownOnce title={t('made.title', { name: made.token.name })} text={t('made.text')} secret={made.secret} onClose={onDone} />}
    </>
  );
}
