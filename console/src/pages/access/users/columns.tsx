import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Role, User } from '../../../client/generated';
import { useFormat, useMessages } from '../../../i18n/language';
import { HostileText } from '../../../parts/HostileText';
import type { Column } from '../../../parts/table/definition';
import type { FilterKey } from '../../../parts/table/filter';
import { Timestamp } from '../../../parts/Timestamp';
import { useAccessWords } from '../words/words';
import { messages } from './messages';
import { UserState } from './UserState';

export function useUserColumns(roles: readonly Role[]): readonly Column<User>[] {
  const t = useMessages(messages);
  const format = useFormat();
  const words = useAccessWords();
  return useMemo(() => {
    const names = new Map(roles.map((role) => [role.id, words.role(role)]));
    return [
      { id: 'name', title: t('name'), width: 10, sort: { key: 'name' }, cell: (user) => <Link to="/access/users/$id" params={{ id: user.id }}><HostileText text={user.name} /></Link> },
      { id: 'display_name', title: t('display_name'), width: 11, cell: (user) => <HostileText text={user.display_name} /> },
      { id: 'roles', title: t('roles'), width: 14, cell: (user) => format.list(user.roles.map((id) => names.get(id) ?? id)) },
      { id: 'groups', title: t('groups'), width: 6, isNumber: true, isHidden: true, cell: (user) => format.number(user.groups.length) },
      { id: 'state', title: t('state'), width: 14, cell: (user) => <UserState user={user} /> },
      { id: 'second_factor', title: t('second_factor'), width: 8, cell: (user) => t(user.has_second_factor ? 'yes' : 'no') },
      { id: 'last_login', title: t('last_login'), width: 10, sort: { key: 'last_login', isGreatestFirst: true }, cell: (user) => (user.last_login ? <Timestamp moment={user.last_login} /> : t('never')) },
      { id: 'email', title: t('email'), width: 16, isHidden: true, cell: (user) => user.email && <HostileText text={user.email} /> },
      { id: 'created', title: t('created'), width: 10, isHidden: true, sort: { key: 'created', isGreatestFirst: true }, cell: (user) => <Timestamp moment={user.created} /> },
    ];
  }, [t, format, words, roles]);
}

/** What the list of users can be filtered by (`crates/store/src/users.rs`). */
export function useUserFilters(roles: readonly Role[]): readonly FilterKey[] {
  const t = useMessages(messages);
  const words = useAccessWords();
  return useMemo(() => {
    const flag = [{ value: 'true', label: t('yes') }, { value: 'false', label: t('no') }];
    return [
      { key: 'role', label: t('roles'), values: roles.map((role) => ({ value: role.id, label: words.role(role) })) },
      { key: 'disabled', label: t('key.disabled'), values: flag },
      { key: 'second_factor', label: t('second_factor'), values: flag },
      { key: 'must_change', label: t('key.must_change'), values: flag },
      ...(['name', 'display_name', 'email', 'last_login', 'created'] as const).map((key) => ({ key, label: t(key) })),
      { key: 'group', label: t('groups') },
      { key: 'locked_until', label: t('key.locked_until') },
    ];
  }, [t, words, roles]);
}
