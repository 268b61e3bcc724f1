import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { deleteScope, listScopes, showScope, updateScope, type ApplicationScope } from '../../../client/generated';
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
import { Remove } from '../../../parts/Remove';
import { messages } from './messages';
import { ScopeFields, type ScopeDraft } from './ScopeFields';

/** One application scope: its variables, how they stand together, what belongs to it. */
export function ScopePage() {
  const { id } = useParams({ from: '/frame/access/scopes/$id' });
  const scope = useQuery(answerOf(showScope, { path: { id } }));
  return <Loaded query={scope}>{(answer) => <Whole key={id} answer={answer} />}</Loaded>;
}

function draftOf({ name, description, expression, variables }: ApplicationScope): ScopeDraft {
  return { name, description, expression, variables };
}

function Whole({ answer }: { answer: Answer<ApplicationScope> }) {
  const t = useMessages(messages);
  const mayWrite = useMay('access.write');
  const scope = answer.data;
  const path = { id: scope.id };
  const edit = useEdit({
    answer,
    queryKey: answerOf(showScope, { path }).queryKey,
    draftOf,
    read: () => showScope.answer({ path }),
    save: (body, ifMatch) => updateScope.answer({ path, body }, { ifMatch }),
    stale: [listScopes.id],
  });
  useTitle(scope.name);
  return (
    <div className="bh-page">
      <ObjectHead to="/access/scopes" list={t('title')} title={<HostileText text={scope.name} />}>
        {mayWrite && (
          <Remove
            title={t('remove.title', { name: scope.name })}
            action={t('remove')}
            text={t('remove.text')}
            run={() => deleteScope({ path }, { ifMatch: answer.etag })}
            to="/access/scopes"
            stale={[listScopes.id]}
          />
        )}
      </ObjectHead>
      <EditForm edit={edit} isEditable={mayWrite} isWide memberName={(member) => t(member as keyof ScopeDraft)}>
        <ScopeFields draft={edit.draft} change={edit.change} error={edit.error} />
      </EditForm>
    </div>
  );
}
