import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listGroups, listRoles, type Group } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { CountLink } from '../../../parts/CountLink';
import { HostileText, visible } from '../../../parts/HostileText';
import type { Column } from '../../../parts/table/definition';
import { ListPage } from '../../../parts/table/ListPage';
import type { FilterKey } from '../../../parts/table/filter';
import { listOf } from '../../../parts/table/source';
import { Timestamp } from '../../../parts/Timestamp';
import { useAll } from '../all';
import { useAccessWords } from '../words/words';
import { messages } from './messages';

const source = listOf(listGroups, {});

/** Who holds the same roles. */
export function GroupsPage() {
  const t = useMessages(messages);
  const format = useFormat();
  const words = useAccessWords();
  const mayWrite = useMay('access.write');
  const roles = useAll(listRoles).items;
  const columns = useMemo<readonly Column<Group>[]>(() => {
    const names = new Map(roles.map((role) => [role.id, words.role(role)]));
    return [
      { id: 'name', title: t('name'), width: 14, sort: { key: 'name' }, cell: (group) => <Link to="/access/groups/$id" params={{ id: group.id }}><HostileText text={group.name} /></Link> },
      { id: 'description', title: t('description'), width: 22, cell: (group) => <HostileText text={group.description} /> },
      { id: 'members', title: t('members'), width: 6, isNumber: true, cell: ({ id, members, name }) => <CountLink shown={format.number(members.length)} says={t('members.of', { count: members.length, name: visible(name) })} isLink={members.length > 0} to="/access/users" search={{ filter: `group:${id}` }} /> },
      { id: 'roles', title: t('roles'), width: 20, cell: (group) => format.list(group.roles.map((id) => names.get(id) ?? id)) },
      { id: 'changed', title: t('changed'), width: 10, cell: (group) => <Timestamp moment={group.changed} /> },
    ];
  }, [t, format, words, roles]);
  const filters = useMemo<readonly FilterKey[]>(
    () => [
      { key: 'role', label: t('roles'), values: roles.map((role) => ({ value: role.id, label: words.role(role) })) },
      { key: 'name', label: t('name') },
    ],
    [t, words, roles],
  );
  return (
    <ListPage
      resource="groups"
      title={t('title')}
      create={{ to: '/access/groups/new', label: t('new'), isAllowed: mayWrite }}
      nothing={{ title: t('empty.title'), text: t('empty.text') }}
      source={source}
      columns={columns}
      filters={filters}
      defaultSort="name"
      rowKey={(group) => group.id}
    />
  );
}
