import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Token, User } from '../../../client/generated';
import type { Search } from '../../../frame/routes';
import { useFormat, useMessages } from '../../../i18n/language';
import { HostileText } from '../../../parts/HostileText';
import type { Column } from '../../../parts/table/definition';
import { Timestamp } from '../../../parts/Timestamp';
import { messages } from './messages';
import { TokenState } from './TokenState';

/** The columns of tokens; without people there is none of whose they are. */
export function useTokenColumns(people: readonly User[] | null): readonly Column<Token>[] {
  const t = useMessages(messages);
  const format = useFormat();
  return useMemo(() => {
    const names = new Map((people ?? []).map((user) => [user.id, user.name]));
    const owner: Column<Token> = { id: 'owner', title: t('owner'), width: 10, cell: (token) => (token.owner ? <HostileText text={names.get(token.owner) ?? token.owner} /> : t('owner.machine')) };
    return [
      { id: 'name', title: t('name'), width: 16, sort: { key: 'name' }, cell: (token) => <Link to="." search={(before: Search) => ({ ...before, token: token.id })} resetScroll={false}><HostileText text={token.name} /></Link> },
      { id: 'state', title: t('state'), width: 14, cell: (token) => <TokenState token={token} /> },
      ...(people ? [owner] : []),
      { id: 'permissions', title: t('permissions'), width: 7, isNumber: true, cell: (token) => format.number(token.permissions.length) },
      { id: 'expires', title: t('expires'), width: 10, cell: (token) => (token.expires ? <Timestamp moment={token.expires} /> : t('expires.never')) },
      { id: 'last_used', title: t('last_used'), width: 10, cell: (token) => (token.last_used ? <Timestamp moment={token.last_used} /> : t('never')) },
      { id: 'created', title: t('created'), width: 10, cell: (token) => <Timestamp moment={token.created} /> },
    ];
  }, [t, format, people]);
}
