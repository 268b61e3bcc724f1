import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listScopes, type ApplicationScope } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { HostileText } from '../../../parts/HostileText';
import type { Column } from '../../../parts/table/definition';
import { ListPage } from '../../../parts/table/ListPage';
import type { FilterKey } from '../../../parts/table/filter';
import { listOf } from '../../../parts/table/source';
import { Timestamp } from '../../../parts/Timestamp';
import { messages } from './messages';

const source = listOf(listScopes, {});

/** What belongs to which application. */
export function ScopesPage() {
  const t = useMessages(messages);
  const mayWrite = useMay('access.write');
  const columns = useMemo<readonly Column<ApplicationScope>[]>(
    () => [
      { id: 'name', title: t('name'), width: 14, sort: { key: 'name' }, cell: (scope) => <Link to="/access/scopes/$id" params={{ id: scope.id }}><HostileText text={scope.name} /></Link> },
      { id: 'description', title: t('description'), width: 20, cell: (scope) => <HostileText text={scope.description} /> },
      { id: 'variables', title: t('variables'), width: 26, cell: (scope) => <code><HostileText text={scope.variables.map(({ attribute, key, value }) => `${attribute}${key ? `[${key}]` : ''} = ${value}`).join(' · ')} /></code> },
      { id: 'expression', title: t('expression'), width: 12, cell: (scope) => <code><HostileText text={scope.expression} /></code> },
      { id: 'changed', title: t('changed'), width: 9, cell: (scope) => <Timestamp moment={scope.changed} /> },
    ],
    [t],
  );
  const filters = useMemo<readonly FilterKey[]>(() => [{ key: 'name', label: t('name') }], [t]);
  return (
    <ListPage
      resource="scopes"
      title={t('title')}
      create={{ to: '/access/scopes/new', label: t('new'), isAllowed: mayWrite }}
      nothing={{ title: t('empty.title'), text: t('empty.text') }}
      source={source}
      columns={columns}
      filters={filters}
      defaultSort="name"
      rowKey={(scope) => scope.id}
    />
  );
}
