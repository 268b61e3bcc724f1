import { useNavigate } from '@tanstack/react-router';
import { createScope, listScopes } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { NewObject } from '../../../parts/edit/NewObject';
import { ObjectHead } from '../../../parts/ObjectHead';
import { messages } from './messages';
import { ScopeFields, type ScopeDraft } from './ScopeFields';

const EMPTY: ScopeDraft = { name: '', description: '', expression: '', variables: [{ attribute: 'image.repository', value: '' }] };

/** An application scope to be made. */
export function NewScopePage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  return (
    <div className="bh-page">
      <ObjectHead to="/access/scopes" list={t('title')} title={t('new')} />
      <NewObject
        initial={EMPTY}
        action={t('create')}
        create={(body, options) => createScope({ body }, options)}
        onMade={(scope) => navigate({ to: '/access/scopes/$id', params: { id: scope.id }, ignoreBlocker: true })}
        stale={[listScopes.id]}
        isWide
      >
        {(draft, change, error) => <ScopeFields draft={draft} change={change} error={error} />}
      </NewObject>
    </div>
  );
}
