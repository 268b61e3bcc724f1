// Where an exception counts: its own scope, within the application scopes of whoever asked for it.
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { listScopes, type PolicyException } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import { messages } from './messages';
import { scopeOf } from './state';

/** In one line, for lists. */
export function Place({ exception }: { exception: PolicyException }) {
  const t = useMessages(messages);
  const { variables } = scopeOf(exception);
  const own = variables.length > 0 && <HostileText text={variables.join(', ')} />;
  if ((exception.scopes ?? []).length === 0) return own || t('scope.everywhere');
  const within = t.rich('scope.within', { name: <HostileText text={exception.requested_by} longest={40} /> });
  return own ? <>{own} · {within}</> : within;
}

/** In full: each part on a line, and the application scopes by name for whoever may see them. */
export function PlaceInFull({ exception }: { exception: PolicyException }) {
  const t = useMessages(messages);
  const { expression, variables } = scopeOf(exception);
  const scopes = exception.scopes ?? [];
  return (
    <>
      {variables.map((variable) => <div key={variable}><code><HostileText text={variable} /></code></div>)}
      {expression && <div><code><HostileText text={expression} /></code></div>}
      {scopes.length === 0
        ? variables.length === 0 && t('scope.everywhere')
        : <div>{t.rich('scope.within', { name: <HostileText text={exception.requested_by} longest={40} /> })}<ScopeNames ids={scopes} /></div>}
    </>
  );
}

function ScopeNames({ ids }: { ids: readonly string[] }): ReactNode {
  const may = useMay('access.read');
  const scopes = useQuery({ ...queryOf(listScopes, { query: { limit: 500 } }), enabled: may });
  if (!may) return null;
  return ids.map((id, at) => (
    <span key={id}>
      {at === 0 ? ': ' : ', '}
      <Link to="/access/scopes/$id" params={{ id }}><HostileText text={scopes.data?.items.find((scope) => scope.id === id)?.name ?? id} longest={60} /></Link>
    </span>
  ));
}
