import { useNavigate } from '@tanstack/react-router';
import { createGroup, listGroups } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { NewObject } from '../../../parts/edit/NewObject';
import { ObjectHead } from '../../../parts/ObjectHead';
import { GroupFields, type GroupDraft } from './GroupFields';
import { messages } from './messages';

const EMPTY: GroupDraft = { name: '', description: '', members: [], roles: [] };

/** A group to be made. */
export function NewGroupPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  return (
    <div className="bh-page">
      <ObjectHead to="/access/groups" list={t('title')} title={t('new')} />
      <NewObject
        initial={EMPTY}
        action={t('create')}
        create={(body, options) => createGroup({ body }, options)}
        onMade={(group) => navigate({ to: '/access/groups/$id', params: { id: group.id }, ignoreBlocker: true })}
        stale={[listGroups.id]}
      >
        {(draft, change) => <GroupFields draft={draft} change={change} />}
      </NewObject>
    </div>
  );
}
