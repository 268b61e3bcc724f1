import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listGroups, listRoles, type Group } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { HostileText } from '../../../parts/HostileText';
import { LinkButton } from '../../../parts/LinkButton';
import type { Column } from '../../../parts/table/definition';
import { ResourceTable } from '../../../parts/table/ResourceTable';
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
      { id: 'name', title: t('name'), width: 14, cell: (group) => <Link to="/access/groups/$id" params={{ id: group.id }}><HostileText text={group.name} /></Link> },
      { id: 'description', title: t('description'), width: 22, cell: (group) => <HostileText text={group.description} /> },
      { id: 'members', title: t('members'), width: 6, isNumber: true, cell: (group) => format.number(group.members.length) },
      { id: 'roles', title: t('roles'), width: 20, cell: (group) => format.list(group.roles.map((id) => names.get(id) ?? id)) },
      { id: 'changed', title: t('changed'), width: 10, cell: (group) => <Timestamp moment={group.changed} /> },
    ];
  }, [t, format, words, roles]);
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{t('title')}</h1>
        {mayWrite && <LinkButton to="/access/groups/new">{t('new')}</LinkButton>}
      </div>
      <ResourceTable
        label={t('title')}
        source={source}
        columns={columns}
        filters={[]}
        isUnfiltered
        rowKey={(group) => group.id}
        empty={<EmptyState title={t('empty.title')} actions={mayWrite && <Link to="/access/groups/new">{t('new')}</Link>}><p>{t('empty.text')}</p></EmptyState>}
      />
    </div>
  );
}
