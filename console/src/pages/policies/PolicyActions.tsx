import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { listPolicies, listPolicyVersions, removePolicy, replacePolicy, showPolicy, tryPolicy, type Policy } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { Confirm } from '../../parts/Confirm';
import { Button } from '../../parts/pf';
import { outlineOf, withTop } from './document/outline';
import { messages } from './messages';
import { Preview } from './Preview';

type Asked = 'enforce' | 'audit' | 'enable' | 'disable' | 'remove';

/** What can be done with a policy; each with what it would do to verdicts before it is done. */
export function PolicyActions({ policy, etag }: { policy: Policy; etag: string | null }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const may = useMay('policies.write');
  const path = { id: policy.id };
  const act = useMutation({
    mutationFn: async (what: Asked) => {
      if (what === 'remove') await removePolicy({ path }, { ifMatch: etag });
      else await replacePolicy({ path, body: { document: documentAfter(policy, what), is_enabled: what === 'enable' || (what !== 'disable' && policy.is_enabled) } }, { ifMatch: etag });
    },
    onSuccess: async (_, what) => {
      setAsked(null);
      if (what === 'remove') await navigate({ to: '/policies', ignoreBlocker: true });
      for (const operation of [listPolicies, listPolicyVersions, tryPolicy]) await queryClient.invalidateQueries({ queryKey: [operation.id] });
      if (what !== 'remove') await queryClient.invalidateQueries({ queryKey: [showPolicy.id] });
    },
    onError: () => void queryClient.invalidateQueries({ queryKey: [showPolicy.id] }),
  });
  if (!may) return null;
  const ask = (what: Asked) => { act.reset(); setAsked(what); };
  const mode = policy.mode === 'audit' ? 'enforce' : 'audit';
  return (
    <div className="bh-actions">
      <Link to="/policies/$id/edit" params={path} className="pf-v6-c-button pf-m-primary"><span className="pf-v6-c-button__text">{t('edit')}</span></Link>
      {policy.is_enabled && outlineOf(policy.document) && <Button variant="secondary" onClick={() => { ask(mode); }}>{t(mode)}</Button>}
      <Link to="/policies/new" search={{ of: policy.id }} className="pf-v6-c-button pf-m-secondary"><span className="pf-v6-c-button__text">{t('duplicate')}</span></Link>
      <Button variant="link" onClick={() => { ask(policy.is_enabled ? 'disable' : 'enable'); }}>{t(policy.is_enabled ? 'disable' : 'enable')}</Button>
      <Button variant="link" isDanger onClick={() => { ask('remove'); }}>{t('remove')}</Button>
      {asked && (
        <Confirm
          title={t(`${asked}.title`)}
          action={t(asked)}
          isDanger={asked === 'remove'}
          isPending={act.isPending}
          error={act.error}
          onConfirm={() => { act.mutate(asked); }}
          onCancel={() => { setAsked(null); }}
        >
          <p>{t(`${asked}.text`)}</p>
          <Preview policy={policy.id} document={asked === 'remove' || asked === 'disable' ? null : documentAfter(policy, asked)} />
        </Confirm>
      )}
    </div>
  );
}

function documentAfter(policy: Policy, what: Asked): string {
  return what === 'enforce' || what === 'audit' ? withTop(policy.document, 'mode', what) : policy.document;
}
