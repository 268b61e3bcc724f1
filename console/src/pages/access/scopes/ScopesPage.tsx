import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listScopes, type ApplicationScope } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { HostileText } from '../../../parts/HostileText';
import { LinkButton } from '../../../parts/LinkButton';
import type { Column } from '../../../parts/table/definition';
import { ResourceTable } from '../../../parts/table/ResourceTable';
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
      { id: 'name', title: t('name'), width: 14, cell: (scope) => <Link to="/access/scopes/$id" params={{ id: scope.id }}><HostileText text={scope.name} /></Link> },
      { id: 'description', title: t('description'), width: 20, cell: (scope) => <HostileText text={scope.description} /> },
      { id: 'variables', title: t('variables'), width: 26, cell: (scope) => <code><HostileText text={scope.variables.map(({ attribute, key, value }) => `${attribute}${key ? `[${key}]` : ''} = ${value}`).join(' · ')} /></code> },
      { id: 'expression', title: t('expression'), width: 12, cell: (scope) => <code><HostileText text={scope.expression} /></code> },
      { id: 'changed', title: t('changed'), width: 9, cell: (scope) => <Timestamp moment={scope.changed} /> },
    ],
    [t],
  );
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{t('title')}</h1>
        {mayWrite && <LinkButton to="/access/scopes/new">{t('new')}</LinkButton>}
      </div>
      <ResourceTable
        label={t('title')}
        source={source}
        columns={columns}
        filters={[]}
        isUnfiltered
        rowKey={(scope) => scope.id}
        empty={<EmptyState title={t('empty.title')} actions={mayWrite && <Link to="/access/scopes/new">{t('new')}</Link>}><p>{t('empty.text')}</p></EmptyState>}
      />
    </div>
  );
}
