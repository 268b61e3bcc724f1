import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { createIntegration, listIntegrations } from '../../client/generated';
import { useMessages, useReader } from '../../i18n/language';
import { Choice } from '../../parts/Choice';
import { NewObject } from '../../parts/edit/NewObject';
import { ObjectHead } from '../../parts/ObjectHead';
import { KINDS, editOf, emptyDraft } from './draft';
import { IntegrationFields } from './IntegrationFields';
import { messages } from './messages';

/** An integration to be made. */
export function NewIntegrationPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const { language } = useReader();
  const [initial] = useState(() => emptyDraft(language));
  return (
    <div className="bh-page">
      <ObjectHead to="/integrations" list={t('title')} title={t('new')} />
      <NewObject
        initial={initial}
        action={t('create')}
        create={(draft, options) => createIntegration({ body: editOf(draft) }, options)}
        onMade={(integration) => navigate({ to: '/integrations/$id', params: { id: integration.id }, ignoreBlocker: true })}
        stale={[listIntegrations.id]}
      >
        {(draft, change) => (
          <>
            <Choice member="target.kind" label={t('kind')} help={t(`kind_text.${draft.kind}`)} value={draft.kind} choices={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} onValue={(kind) => { change({ kind, secret: '' }); }} />
            <IntegrationFields draft={draft} change={change} secretHelp={t('secret.new')} isSecretNeeded={draft.kind === 'slack'} />
          </>
        )}
      </NewObject>
    </div>
  );
}
