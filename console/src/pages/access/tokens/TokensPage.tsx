import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listTokens, listUsers, revokeToken } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import type { Search } from '../../../frame/routes';
import { useMessages } from '../../../i18n/language';
import { Problem } from '../../../parts/Problem';
import type { FilterKey } from '../../../parts/table/filter';
import { ListPage } from '../../../parts/table/ListPage';
import { listOf } from '../../../parts/table/source';
import { useAll } from '../all';
import { useTokenColumns } from './columns';
import { messages } from './messages';
import { TokenDialog } from './TokenDialog';

const source = listOf(listTokens, {});

/** What programs come with. */
export function TokensPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const mayWrite = useMay('access.write');
  const { token: id }: Search = useSearch({ strict: false });
  const users = useAll(listUsers).items;
  const columns = useTokenColumns(users);
  const tokens = useAll(listTokens, id !== undefined);
  const open = tokens.items.find((token) => token.id === id);
  const close = () => { void navigate({ to: '.', search: (before: Search) => ({ ...before, token: undefined }), resetScroll: false }); };
  const filters = useMemo<readonly FilterKey[]>(
    () => [
      { key: 'owner', label: t('owner'), values: users.map((user) => ({ value: user.id, label: user.name })) },
      { key: 'name', label: t('name') },
      { key: 'permission', label: t('permissions') },
      { key: 'expires', label: t('expires') },
      { key: 'last_used', label: t('last_used') },
    ],
    [t, users],
  );
  return (
    <>
      <ListPage
        title={t('title')}
        create={{ to: '/access/tokens/new', label: t('new'), isAllowed: mayWrite }}
        nothing={{ title: t('empty.title'), text: t('empty.text') }}
        resource="tokens"
        source={source}
        columns={columns}
        filters={filters}
        defaultSort="name"
        rowKey={(token) => token.id}
      >
        {tokens.error && <Problem error={tokens.error} onRetry={tokens.retry} />}
        {id !== undefined && !open && !tokens.isPending && !tokens.error && <p role="status">{t('missing')}</p>}
      </ListPage>
      {open && (
        <TokenDialog
          token={open}
          owner={users.find((user) => user.id === open.owner)?.name ?? null}
          mayRevoke={mayWrite}
          revoke={(one) => revokeToken({ path: { id: one } })}
          stale={[listTokens.id]}
          onClose={close}
        />
      )}
    </>
  );
}
