import '../../styles/assurance.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { queryClient } from '../../client/cache';
import { createPolicy, listPolicies, showPolicy } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { idempotencyKey } from '../../client/transport';
import type { Search } from '../../frame/routes';
import { useFormat, useMessages } from '../../i18n/language';
import { LeaveGuard } from '../../parts/edit/EditForm';
import { HostileText } from '../../parts/HostileText';
import { Button } from '../../parts/pf';
import { PageProblem } from '../../parts/PageProblem';
import { Problem } from '../../parts/Problem';
import { PageSkeleton } from '../../parts/Skeleton';
import { outlineOf, withTop } from './document/outline';
import { EffectPanel, useEffectOf } from './Effect';
import { messages } from './messages';
import { mistakeOf } from './mistake';
import { PolicyEditor, type PolicyDraft } from './PolicyEditor';
import { TEMPLATES, documentOf } from './templates';

/** What of the address says what one begins with. */
const BEGINNINGS = ['from', 'of'] as const;

/** A new policy: from a template that starts in audit, or from another policy (`?of=ID`). */
export function NewPolicyPage() {
  const search: Search = useSearch({ strict: false });
  const { language } = useFormat();
  const other = useQuery({ ...queryOf(showPolicy, { path: { id: search.of ?? '' } }), enabled: search.of !== undefined });
  if (other.error && !other.data) return <PageProblem error={other.error} onRetry={() => void other.refetch()} />;
  if (search.of !== undefined) {
    if (!other.data) return <PageSkeleton />;
    const copy = outlineOf(other.data.document) ? withTop(withTop(other.data.document, 'name', `${other.data.name}-copy`), 'mode', 'audit') : other.data.document;
    return <Editor key={search.of} begin={copy} />;
  }
  return search.from === undefined ? <Templates /> : <Editor key={search.from} begin={documentOf(search.from, language)} />;
}

function Templates() {
  const t = useMessages(messages);
  return (
    <div className="bh-page bh-flow">
      <header className="bh-section">
        <nav><Link to="/policies">{t('back')}</Link></nav>
        <h1>{t('new.title')}</h1>
        <p>{t('new.text')}</p>
      </header>
      <ul className="bh-kinds" aria-label={t('new.templates')}>
        {[...TEMPLATES, 'empty'].map((name) => {
          const known = TEMPLATES.find((template) => template === name);
          return (
            <li key={name} className="bh-control">
              <h2>{t(known ? `template.${known}` : 'template.empty')}</h2>
              <p className="bh-quiet">{t(known ? `template.${known}.text` : 'template.empty.text')}</p>
              <p><Link to="/policies/new" search={{ from: name }}>{t(known ? 'new.audit' : 'new.empty')}</Link></p>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Editor({ begin }: { begin: string }) {
  const t = useMessages(messages);
  const { language } = useFormat();
  const navigate = useNavigate();
  const [key] = useState(idempotencyKey);
  // Whoever changes their language meanwhile goes on with what they have.
  const [begun] = useState(begin);
  const [draft, setDraft] = useState<PolicyDraft>({ document: begun, isEnabled: true, comment: '' });
  const outline = useMemo(() => outlineOf(draft.document), [draft.document]);
  const effect = useEffectOf(draft.document, null, true);
  const save = useMutation({
    mutationFn: () => createPolicy({ body: { document: draft.document, is_enabled: draft.isEnabled, comment: draft.comment } }, { idempotencyKey: key }),
    onSuccess: async (policy) => {
      await queryClient.invalidateQueries({ queryKey: [listPolicies.id] });
      await navigate({ to: '/policies/$id', params: { id: policy.id }, ignoreBlocker: true });
    },
  });
  const mistake = mistakeOf(save.error, language) ?? mistakeOf(effect.error, language);
  const change = (changed: Partial<PolicyDraft>) => {
    setDraft((before) => ({ ...before, ...changed }));
    // What was wrong with the text of before says nothing of this one.
    if (save.isError) save.reset();
  };
  const isTyped = draft.document !== begun || !draft.isEnabled || draft.comment !== '';
  return (
    <form className="bh-page bh-flow" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <header className="bh-section">
        <nav><Link to="/policies/new">{t('new.title')}</Link></nav>
        <h1>{outline?.name ? <HostileText text={outline.name} /> : t('new.title')}</h1>
      </header>
      {save.error && !mistake && <Problem error={save.error} />}
      <PolicyEditor draft={draft} onDraft={change} outline={outline} mistake={mistake} />
      <EffectPanel effect={effect} document={draft.document} policy={null} />
      <div className="bh-actions bh-save-bar">
        <Button type="submit" isLoading={save.isPending} isDisabled={save.isPending}>{t('save')}</Button>
        <Link to="/policies" className="bh-link-button">{t('cancel')}</Link>
      </div>
      <LeaveGuard isChanged={isTyped && !save.isSuccess} parameters={BEGINNINGS} />
    </form>
  );
}
