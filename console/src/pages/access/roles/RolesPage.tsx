import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listRoles, listScopes, type Role } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import type { Search } from '../../../frame/routes';
import { useFormat, useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { HostileText } from '../../../parts/HostileText';
import { LinkButton } from '../../../parts/LinkButton';
import { Tab, Tabs, TabTitleText } from '../../../parts/pf';
import type { Column } from '../../../parts/table/definition';
import { ResourceTable } from '../../../parts/table/ResourceTable';
import type { FilterKey } from '../../../parts/table/filter';
import { listOf } from '../../../parts/table/source';
import { Timestamp } from '../../../parts/Timestamp';
import { useAll } from '../all';
import { useAccessWords } from '../words/words';
import { Matrix } from './Matrix';
import { messages } from './messages';

const VIEWS = ['matrix', 'list'] as const;

type View = (typeof VIEWS)[number];

/** What people may do: all roles beside each other, or as a list. */
export function RolesPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const mayWrite = useMay('access.write');
  const search: Search = useSearch({ strict: false });
  const view: View = search.view === 'list' ? 'list' : 'matrix';
  const open = (next: View) => { void navigate({ to: '.', search: { view: next === 'matrix' ? undefined : next } }); };
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{t('title')}</h1>
        {mayWrite && <LinkButton to="/access/roles/new">{t('new')}</LinkButton>}
      </div>
      <Tabs activeKey={view} onSelect={(_, key) => { open(key as View); }} aria-label={t('views')}>
        {VIEWS.map((name) => <Tab key={name} eventKey={name} title={<TabTitleText>{t(`view.${name}`)}</TabTitleText>} tabContentId={`view-${name}`} />)}
      </Tabs>
      <div role="tabpanel" id={`view-${view}`} className="bh-tab" aria-label={t(`view.${view}`)}>
        {view === 'matrix' ? <Matrix /> : <List />}
      </div>
    </div>
  );
}

const source = listOf(listRoles, {});

function List() {
  const t = useMessages(messages);
  const format = useFormat();
  const words = useAccessWords();
  const scopes = useAll(listScopes).items;
  const columns = useMemo<readonly Column<Role>[]>(() => {
    const names = new Map(scopes.map((scope) => [scope.id, scope.name]));
    return [
      { id: 'name', title: t('name'), width: 14, sort: { key: 'name' }, cell: (role) => <Link to="/access/roles/$id" params={{ id: role.id }}><HostileText text={words.role(role)} /></Link> },
      { id: 'description', title: t('description'), width: 28, cell: (role) => <HostileText text={words.roleText(role)} /> },
      { id: 'permissions', title: t('permissions'), width: 7, isNumber: true, cell: (role) => format.number(role.permissions.length) },
      { id: 'scopes', title: t('scopes'), width: 16, cell: (role) => (role.scopes.length === 0 ? t('scopes.everything') : format.list(role.scopes.map((id) => names.get(id) ?? id))) },
      { id: 'preset', title: t('preset'), width: 6, cell: (role) => role.is_preset && t('preset') },
      { id: 'changed', title: t('changed'), width: 10, cell: (role) => !role.is_preset && <Timestamp moment={role.changed} /> },
    ];
  }, [t, format, words, scopes]);
  const filters = useMemo<readonly FilterKey[]>(
    () => [
      { key: 'scope', label: t('scopes'), values: scopes.map((scope) => ({ value: scope.id, label: scope.name })) },
      { key: 'name', label: t('name') },
      { key: 'permission', label: t('permissions') },
    ],
    [t, scopes],
  );
  return (
    <ResourceTable resource="roles" label={t('title')} source={source} columns={columns} filters={filters} defaultSort="name" rowKey={(role) => role.id} empty={<EmptyState title={t('empty')} />} />
  );
}
