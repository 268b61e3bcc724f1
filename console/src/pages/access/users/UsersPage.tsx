import { listRoles, listUsers } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { ListPage } from '../../../parts/table/ListPage';
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
    <ListPage
      resource="users"
      title={t('title')}
      create={{ to: '/access/users/new', label: t('new'), isAllowed: mayWrite }}
      nothing={{ title: t('empty.title'), text: t('empty.text') }}
      source={source}
      columns={columns}
      filters={filters}
      defaultSort="name"
      rowKey={(user) => user.id}
    />
  );
}
