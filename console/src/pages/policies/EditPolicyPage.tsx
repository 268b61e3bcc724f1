import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { queryClient } from '../../client/cache';
import { hasCode } from '../../client/failure';
import { listPolicies, listPolicyVersions, replacePolicy, showPolicy, type Policy } from '../../client/generated';
import { answerOf, queryOf } from '../../client/queries';
import type { Answer } from '../../client/transport';
import type { Search } from '../../frame/routes';
import { useFormat, useMessages } from '../../i18n/language';
import { DiffView } from '../../parts/diff/DiffView';
import { LeaveGuard } from '../../parts/edit/EditForm';
import { HostileText } from '../../parts/HostileText';
import { Button } from '../../parts/pf';
import { PageProblem } from '../../parts/PageProblem';
import { Problem } from '../../parts/Problem';
import { PageSkeleton } from '../../parts/Skeleton';
import { Conflict } from './Conflict';
import { outlineOf } from './document/outline';
import { EffectPanel, useEffectOf } from './Effect';
import { messages } from './messages';
import { mistakeOf } from './mistake';
import { PolicyEditor, type PolicyDraft } from './PolicyEditor';

/** Changing a policy. `?version=N` begins with an older version, to have it again. */
export function EditPolicyPage() {
  const { id } = useParams({ from: '/frame/policies/$id/edit' });
  const search: Search = useSearch({ strict: false });
  const stored = useQuery({ ...answerOf(showPolicy, { path: { id } }), staleTime: Infinity, gcTime: 0 });
  const versions = useQuery({ ...queryOf(listPolicyVersions, { path: { id }, query: { limit: 200 } }), enabled: search.version !== undefined });
  const error = stored.error ?? versions.error;
  if (error) return <PageProblem error={error} onRetry={() => { for (const query of [stored, versions]) if (query.error) void query.refetch(); }} />;
  if (!stored.data || versions.isLoading) return <PageSkeleton />;
  const older = versions.data?.items.find((version) => String(version.version) === search.version);
  return <Editor key={id} opened={stored.data} begin={older?.document ?? stored.data.data.document} />;
}

function Editor({ opened, begin }: { opened: Answer<Policy>; begin: string }) {
  const t = useMessages(messages);
  const { language } = useFormat();
  const navigate = useNavigate();
  const { id } = opened.data;
  const [base, setBase] = useState(opened);
  const [theirs, setTheirs] = useState<Answer<Policy> | null>(null);
  const [draft, setDraft] = useState<PolicyDraft>({ document: begin, isEnabled: opened.data.is_enabled, comment: '' });
  const outline = useMemo(() => outlineOf(draft.document), [draft.document]);
  const isChanged = draft.document !== base.data.document;
  const effect = useEffectOf(draft.document, id, isChanged);
  const save = useMutation({
    mutationFn: () => replacePolicy({ path: { id }, body: { document: draft.document, is_enabled: draft.isEnabled, comment: draft.comment } }, { ifMatch: base.etag }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [listPolicies.id] });
      await queryClient.invalidateQueries({ queryKey: [showPolicy.id] });
      await queryClient.invalidateQueries({ queryKey: [listPolicyVersions.id] });
      await navigate({ to: '/policies/$id', params: { id }, ignoreBlocker: true });
    },
    onError: async (error) => {
      if (hasCode(error, 'object.changed')) setTheirs(await showPolicy.answer({ path: { id } }));
    },
  });
  const mistake = mistakeOf(save.error, language) ?? mistakeOf(effect.error, language);
  const change = (changed: Partial<PolicyDraft>) => {
    setDraft((before) => ({ ...before, ...changed }));
    // What was wrong with the text of before says nothing of this one.
    if (save.isError) save.reset();
  };
  const isTyped = draft.document !== begin || draft.isEnabled !== opened.data.is_enabled || draft.comment !== '';
  return (
    <form className="bh-page bh-flow" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <header className="bh-section">
        <nav><Link to="/policies/$id" params={{ id }}><HostileText text={opened.data.name} /></Link></nav>
        <h1>{t('edit.title')}</h1>
      </header>
      {theirs && (
        <Conflict
          base={base.data.document}
          mine={draft.document}
          theirs={theirs.data}
          onGoOn={(document) => { change({ document }); setBase(theirs); setTheirs(null); save.reset(); }}
        />
      )}
      {save.error && !theirs && !mistake && <Problem error={save.error} />}
      <PolicyEditor draft={draft} onDraft={change} outline={outline} mistake={mistake} />
      <EffectPanel effect={effect} document={draft.document} policy={id} />
      {isChanged && (
        <details>
          <summary>{t('edit.difference')}</summary>
          <DiffView before={base.data.document} after={draft.document} label={t('edit.difference')} />
        </details>
      )}
      <div className="bh-actions bh-save-bar">
        <Button type="submit" isLoading={save.isPending} isDisabled={save.isPending || theirs !== null}>{t('save')}</Button>
        <Link to="/policies/$id" params={{ id }} className="bh-link-button">{t('cancel')}</Link>
      </div>
      <LeaveGuard isChanged={isTyped && !save.isSuccess} />
    </form>
  );
}
