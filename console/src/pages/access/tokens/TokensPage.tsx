import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { listTokens, listUsers, revokeToken } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import type { Search } from '../../../frame/routes';
import { useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { LinkButton } from '../../../parts/LinkButton';
import { ResourceTable } from '../../../parts/table/ResourceTable';
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
  return (
    <div className="bh-page bh-page-full">
      <div className="bh-page-head">
        <h1>{t('title')}</h1>
        {mayWrite && <LinkButton to="/access/tokens/new">{t('new')}</LinkButton>}
      </div>
      {id !== undefined && !open && !tokens.isPending && <p role="status">{t('missing')}</p>}
      <ResourceTable
        label={t('title')}
        source={source}
        columns={columns}
        filters={[]}
        isUnfiltered
        rowKey={(token) => token.id}
        empty={<EmptyState title={t('empty.title')} actions={mayWrite && <Link to="/access/tokens/new">{t('new')}</Link>}><p>{t('empty.text')}</p></EmptyState>}
      />
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
    </div>
  );
}
