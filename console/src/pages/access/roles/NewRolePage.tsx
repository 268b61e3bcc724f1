import { useNavigate, useSearch } from '@tanstack/react-router';
import { hasCode } from '../../../client/failure';
import { createRole, listRoles } from '../../../client/generated';
import type { Search } from '../../../frame/routes';
import { useMessages } from '../../../i18n/language';
import { NewObject } from '../../../parts/edit/NewObject';
import { ObjectHead } from '../../../parts/ObjectHead';
import { Alert } from '../../../parts/pf';
import { PageSkeleton } from '../../../parts/Skeleton';
import { useAll } from '../all';
import { useAccessWords } from '../words/words';
import { messages } from './messages';
import { RoleFields, type RoleDraft } from './RoleFields';

const EMPTY: RoleDraft = { name: '', description: '', permissions: [], scopes: [] };

/** A role to be made: `?from=developer` begins with what that one allows. */
export function NewRolePage() {
  const t = useMessages(messages);
  const words = useAccessWords();
  const navigate = useNavigate();
  const { from }: Search = useSearch({ strict: false });
  const roles = useAll(listRoles, from !== undefined);
  if (roles.isPending) return <PageSkeleton />;
  const model = roles.items.find((role) => role.id === from);
  const initial: RoleDraft = model
    ? { name: t('copy.name', { name: words.role(model) }), description: words.roleText(model), permissions: model.permissions, scopes: model.scopes }
    : EMPTY;
  return (
    <div className="bh-page">
      <ObjectHead to="/access/roles" list={t('title')} title={t('new')} />
      <NewObject
        initial={initial}
        action={t('create')}
        create={(body, options) => createRole({ body }, options)}
        onMade={(role) => navigate({ to: '/access/roles/$id', params: { id: role.id }, ignoreBlocker: true })}
        stale={[listRoles.id]}
      >
        {(draft, change, error) => (
          <>
            <RoleFields draft={draft} change={change} />
            {hasCode(error, 'access.beyond_own_rights') && <Alert variant="info" isInline title={t('beyond')} />}
          </>
        )}
      </NewObject>
    </div>
  );
}
