import '../../styles/assurance.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { hasCode } from '../../client/failure';
import { changeRegistry, listRegistries, showRegistry, type Registry } from '../../client/generated';
import { answerOf } from '../../client/queries';
import type { Answer } from '../../client/transport';
import { useFormat, useMessages } from '../../i18n/language';
import { Refused } from '../../parts/field/Refused';
import { HostileText } from '../../parts/HostileText';
import { Alert, Button } from '../../parts/pf';
import { PageProblem } from '../../parts/PageProblem';
import { LeaveGuard } from '../../parts/edit/EditForm';
import { isSame } from '../../parts/edit/merge';
import { Problem } from '../../parts/Problem';
import { PageSkeleton } from '../../parts/Skeleton';
import { AccessFields, KindFields, RuleFields } from './Fields';
import { draftOf, merged, requestOf, type Draft, type Merged } from './draft';
import { messages } from './messages';

/** Changing a registry. What somebody else saved meanwhile is never lost. */
export function EditRegistryPage() {
  const { id } = useParams({ from: '/frame/registries/$id/edit' });
  const stored = useQuery({ ...answerOf(showRegistry, { path: { id } }), staleTime: Infinity, gcTime: 0 });
  if (stored.error) return <PageProblem error={stored.error} onRetry={() => void stored.refetch()} />;
  if (!stored.data) return <PageSkeleton />;
  return <Editor key={id} id={id} opened={stored.data} />;
}

function Editor({ id, opened }: { id: string; opened: Answer<Registry> }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [base, setBase] = useState(opened);
  const [draft, setDraft] = useState<Draft>(() => draftOf(opened.data));
  const isTyped = !isSame(draft, draftOf(base.data));
  const [conflict, setConflict] = useState<Merged | null>(null);
  const change = (changed: Partial<Draft>) => { setDraft((before) => ({ ...before, ...changed })); };
  const save = useMutation({
    mutationFn: () => changeRegistry({ path: { id }, body: requestOf(draft) }, { ifMatch: base.etag }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [listRegistries.id] });
      await queryClient.invalidateQueries({ queryKey: [showRegistry.id] });
      await navigate({ to: '/registries/$id', params: { id }, ignoreBlocker: true });
    },
    onError: async (error) => {
      if (!hasCode(error, 'object.changed')) return;
      const theirs = await showRegistry.answer({ path: { id } });
      const result = merged(draftOf(base.data), draft, draftOf(theirs.data));
      setBase(theirs);
      setDraft(result.draft);
      setConflict(result);
    },
  });
  return (
    <div className="bh-page bh-flow">
      <header className="bh-section">
        <nav><Link to="/registries/$id" params={{ id }}><HostileText text={opened.data.name} /></Link></nav>
        <h1>{t('edit.title')}</h1>
      </header>
      <Refused error={save.error}>
        <form className="bh-form" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
          {conflict ? <Conflict conflict={conflict} /> : save.error && <Problem error={save.error} />}
          {conflict && save.error && !hasCode(save.error, 'object.changed') && <Problem error={save.error} />}
          <KindFields draft={draft} onDraft={change} />
          <h2>{t('step.access')}</h2>
          <AccessFields draft={draft} onDraft={change} hasCredential={Boolean(base.data.credential_type)} hasHookSecret={base.data.has_hook_secret} />
          <h2>{t('step.rules')}</h2>
          <RuleFields draft={draft} onDraft={change} />
          <div className="bh-actions">
            <Button type="submit" isLoading={save.isPending} isDisabled={save.isPending}>{t('edit.save')}</Button>
            <Link to="/registries/$id" params={{ id }} className="bh-link-button">{t('cancel')}</Link>
          </div>
          <LeaveGuard isChanged={isTyped && !save.isSuccess} />
        </form>
      </Refused>
    </div>
  );
}

/** Somebody else was faster: what was taken over, what both changed. Nothing is overwritten before the reader saves again. */
function Conflict({ conflict }: { conflict: Merged }) {
  const t = useMessages(messages);
  const format = useFormat();
  const names = (fields: Merged['theirs']) => format.list(fields.map((field) => t(`field.${field}`)));
  return (
    <Alert variant="warning" isInline title={t('conflict.title')}>
      {conflict.theirs.length > 0 && <p>{t('conflict.theirs', { fields: names(conflict.theirs) })}</p>}
      {conflict.both.length > 0 && <p>{t('conflict.both', { fields: names(conflict.both) })}</p>}
      <p>{t('conflict.text')}</p>
    </Alert>
  );
}
