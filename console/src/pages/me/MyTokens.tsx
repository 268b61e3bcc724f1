import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { createMyToken, listMyTokens, revokeMyToken } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMe } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useFormat, useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import { Loaded } from '../../parts/Loaded';
import { Button } from '../../parts/pf';
import { PlainTable } from '../../parts/PlainTable';
import { Timestamp } from '../../parts/Timestamp';
import { TokenDialog } from '../access/tokens/TokenDialog';
import { TokenForm } from '../access/tokens/TokenForm';
import { TokenState } from '../access/tokens/TokenState';
import { messages } from './messages';

const NEW = 'new';

/** What acts in one's name: `?token=` opens one, `?token=new` makes one. */
export function MyTokens() {
  const t = useMessages(messages);
  const format = useFormat();
  const me = useMe();
  const navigate = useNavigate();
  const { token: id }: Search = useSearch({ strict: false });
  const tokens = useQuery(queryOf(listMyTokens, {}));
  const open = (token: string | undefined) => { void navigate({ to: '.', search: (before: Search) => ({ ...before, token }), resetScroll: false }); };
  const close = () => { open(undefined); };
  if (id === NEW) {
    return (
      <>
        <div className="bh-actions"><Button variant="link" isInline onClick={close}>{t('tokens.cancel')}</Button></div>
        <p>{t('tokens.text')}</p>
        <TokenForm create={(body, options) => createMyToken({ body }, options)} stale={[listMyTokens.id]} onDone={close} />
      </>
    );
  }
  return (
    <>
      <p>{t('tokens.text')}</p>
      <div className="bh-actions"><Button variant="secondary" onClick={() => { open(NEW); }}>{t('tokens.new')}</Button></div>
      <Loaded isPart query={tokens}>
        {({ items }) => {
          const shown = items.find((token) => token.id === id);
          return (
            <>
              {items.length === 0 ? <p>{t('tokens.none')}</p> : (
                <PlainTable
                  label={t('tab.tokens')}
                  headings={[t('token.name'), t('token.state'), t('token.permissions'), t('token.last_used')]}
                  rows={items.map((token) => ({
                    key: token.id,
                    cells: [
                      <Button key="name" variant="link" isInline aria-label={t('token.open', { name: token.name })} onClick={() => { open(token.id); }}><HostileText text={token.name} /></Button>,
                      <TokenState key="state" token={token} />,
                      format.number(token.permissions.length),
                      token.last_used ? <Timestamp key="used" moment={token.last_used} /> : t('never'),
                    ],
                  }))}
                />
              )}
              {shown && <TokenDialog token={shown} owner={me.name} mayRevoke revoke={(one) => revokeMyToken({ path: { id: one } })} stale={[listMyTokens.id]} onClose={close} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
