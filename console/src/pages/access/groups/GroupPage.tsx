import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { hasCode } from '../../../client/failure';
import { deleteGroup, listGroups, listUsers, showGroup, showMe, showUser, updateGroup, type Group } from '../../../client/generated';
import { answerOf } from '../../../client/queries';
import type { Answer } from '../../../client/transport';
import { useMay } from '../../../frame/me';
import { useTitle } from '../../../frame/title';
import { useMessages } from '../../../i18n/language';
import { EditForm } from '../../../parts/edit/EditForm';
import { useEdit } from '../../../parts/edit/useEdit';
import { HostileText } from '../../../parts/HostileText';
import { Loaded } from '../../../parts/Loaded';
import { ObjectHead } from '../../../parts/ObjectHead';
import { Alert } from '../../../parts/pf';
import { Remove } from '../../../parts/Remove';
import { GroupFields, type GroupDraft } from './GroupFields';
import { messages } from './messages';

/** One group: who is in it, what they may do. */
export function GroupPage() {
  const { id } = useParams({ from: '/frame/access/groups/$id' });
  const group = useQuery(answerOf(showGroup, { path: { id } }));
  return <Loaded query={group}>{(answer) => <Whole key={id} answer={answer} />}</Loaded>;
}

function draftOf({ name, description, members, roles }: Group): GroupDraft {
  return { name, description, members, roles };
}

function Whole({ answer }: { answer: Answer<Group> }) {
  const t = useMessages(messages);
  const mayWrite = useMay('access.write');
  const group = answer.data;
  const path = { id: group.id };
  const edit = useEdit({
    answer,
    queryKey: answerOf(showGroup, { path }).queryKey,
    draftOf,
    read: () => showGroup.answer({ path }),
    save: (body, ifMatch) => updateGroup.answer({ path, body }, { ifMatch }),
    stale: [listGroups.id, listUsers.id, showUser.id, showMe.id],
  });
  useTitle(group.name);
  return (
    <div className="bh-page">
      <ObjectHead to="/access/groups" list={t('title')} title={<HostileText text={group.name} />}>
        {mayWrite && (
          <Remove
            title={t('remove.title', { name: group.name })}
            action={t('remove')}
            text={t('remove.text')}
            run={() => deleteGroup({ path }, { ifMatch: answer.etag })}
            to="/access/groups"
            stale={[listGroups.id, listUsers.id]}
          />
        )}
      </ObjectHead>
      <EditForm hint={<>{hasCode(edit.error, 'access.last_administrator') && <Alert variant="info" isInline title={t('last_administrator')} />}</>} edit={edit} isEditable={mayWrite} memberName={(member) => t(member as keyof GroupDraft)}>
        <GroupFields draft={edit.draft} change={edit.change} />
      </EditForm>
    </div>
  );
}
