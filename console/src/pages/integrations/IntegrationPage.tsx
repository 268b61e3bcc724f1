import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Failure } from '../../client/failure';
import { deleteIntegration, listIntegrations, showIntegration, testIntegration, updateIntegration, type Integration } from '../../client/generated';
import { answerOf } from '../../client/queries';
import type { Answer } from '../../client/transport';
import { queryClient } from '../../client/cache';
import { useMay } from '../../frame/me';
import { useTitle } from '../../frame/title';
import { useFormat, useMessages } from '../../i18n/language';
import { EditForm } from '../../parts/edit/EditForm';
import { useEdit } from '../../parts/edit/useEdit';
import { HostileText } from '../../parts/HostileText';
import { Loaded } from '../../parts/Loaded';
import { ObjectHead } from '../../parts/ObjectHead';
import { Alert, Button } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { Remove } from '../../parts/Remove';
import { Timestamp } from '../../parts/Timestamp';
import { DeadLetters } from './DeadLetters';
import { draftOf, editOf, type IntegrationDraft } from './draft';
import { failureIn } from './failure';
import { IntegrationFields } from './IntegrationFields';
import { IntegrationState } from './IntegrationState';
import { messages } from './messages';

/** One integration: where it goes, what it tells, how it does. */
export function IntegrationPage() {
  const { id } = useParams({ from: '/frame/integrations/$id' });
  const integration = useQuery(answerOf(showIntegration, { path: { id } }));
  return <Loaded query={integration}>{(answer) => <Whole key={id} answer={answer} />}</Loaded>;
}

function Whole({ answer }: { answer: Answer<Integration> }) {
  const t = useMessages(messages);
  const mayWrite = useMay('integrations.write');
  const integration = answer.data;
  const path = { id: integration.id };
  const edit = useEdit({
    answer,
    queryKey: answerOf(showIntegration, { path }).queryKey,
    draftOf,
    read: () => showIntegration.answer({ path }),
    save: (draft, ifMatch) => updateIntegration.answer({ path, body: editOf(draft) }, { ifMatch }),
    stale: [listIntegrations.id],
  });
  const isMoved = edit.error instanceof Failure && edit.error.parameters.field === 'secret';
  const nameOf = (member: string) => {
    switch (member as keyof IntegrationDraft) {
      case 'otherTopics':
        return t('topics.more');
      case 'isAll':
        return t('topics');
      case 'secret':
        return t(`secret.${integration.target.kind}`);
      default:
        return t(member as 'name');
    }
  };
  useTitle(integration.name);
  return (
    <div className="bh-page">
      <ObjectHead to="/integrations" list={t('title')} title={<HostileText text={integration.name} />}>
        {mayWrite && (
          <Remove
            title={t('remove.title', { name: integration.name })}
            action={t('remove')}
            text={t('remove.text')}
            run={() => deleteIntegration({ path }, { ifMatch: answer.etag })}
            to="/integrations"
            stale={[listIntegrations.id]}
          />
        )}
      </ObjectHead>
      <div className="bh-summary">
        <span>{t(`kind.${integration.target.kind}`)}</span>
        <IntegrationState integration={integration} />
      </div>
      <Facts integration={integration} />
      {mayWrite && <Test id={integration.id} isChanged={edit.isChanged} />}
      <EditForm edit={edit} isEditable={mayWrite} memberName={nameOf}>
        <IntegrationFields
          draft={edit.draft}
          change={edit.change}
          secretHelp={t(isMoved ? 'secret.moved' : integration.has_secret ? 'secret.kept' : 'secret.new')}
          isSecretNeeded={isMoved}
        />
      </EditForm>
      <DeadLetters id={integration.id} />
    </div>
  );
}

function Facts({ integration }: { integration: Integration }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <dl className="bh-facts">
      <dt>{t('waiting')}</dt><dd>{integration.has_more_waiting ? t('waiting.more', { count: format.number(integration.waiting) }) : format.number(integration.waiting)}</dd>
      <dt>{t('delivered')}</dt><dd>{integration.delivered ? <Timestamp moment={integration.delivered} isExact /> : t('never')}</dd>
      <dt>{t('failed')}</dt><dd>{integration.failed ? <Timestamp moment={integration.failed} isExact /> : t('never')}</dd>
      {integration.failure && <><dt>{t('failure')}</dt><dd>{failureIn(format.language, integration)}</dd></>}
    </dl>
  );
}

function Test({ id, isChanged }: { id: string; isChanged: boolean }) {
  const t = useMessages(messages);
  const { language } = useFormat();
  const test = useMutation({
    mutationFn: () => testIntegration({ path: { id } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [listIntegrations.id] }),
  });
  return (
    <section className="bh-section" aria-label={t('test')}>
      <div className="bh-actions">
        <Button variant="secondary" isLoading={test.isPending} isDisabled={test.isPending} onClick={() => { test.mutate(); }}>{t('test')}</Button>
        {isChanged && <span className="bh-quiet">{t('test.unsaved')}</span>}
      </div>
      {test.error && <Problem error={test.error} />}
      <div role="status">
        {test.data && (
          <Alert
            variant={test.data.is_delivered ? 'success' : 'danger'}
            isInline
            title={test.data.is_delivered ? t('test.well') : t('test.failed', { failure: failureIn(language, test.data) })}
          />
        )}
      </div>
    </section>
  );
}
