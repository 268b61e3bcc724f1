import { Link } from '@tanstack/react-router';
import { listRoles, listUsers } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { LinkButton } from '../../../parts/LinkButton';
import { ResourceTable } from '../../../parts/table/ResourceTable';
import { listOf } from '../../../parts/table/source';
import { useAll } from '../all';
import { useUserColumns, useUserFilters } from './columns';
import { messages } from './messages';

const source = listOf(listUsers, {});

/** Everybody who can sign in. */
export function UsersPage() {
  const t = useMessages(messages);
  const mayWrite = useMay('access.write');
  const roles = useAll(listRoles).items;
  const columns = useUserColumns(roles);
  const filters = useUserFilters(roles);
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{t('title')}</h1>
        {mayWrite && <LinkButton to="/access/users/new">{t('new')}</LinkButton>}
      </div>
      <ResourceTable
        label={t('title')}
        source={source}
        columns={columns}
        filters={filters}
        defaultSort="name"
        rowKey={(user) => user.id}
        empty={<EmptyState title={t('empty.title')} actions={mayWrite && <Link to="/access/users/new">{t('new')}</Link>}><p>{t('empty.text')}</p></EmptyState>}
      />
    </div>
  );
}
