import '../../styles/assurance.css';
import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { queryClient } from '../../client/cache';
import { changeRegistry, createRegistry, listRegistries, listRegistryNow, removeRegistry } from '../../client/generated';
import { idempotencyKey } from '../../client/transport';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { Refused } from '../../parts/field/Refused';
import { Button } from '../../parts/pf';
import { LeaveGuard } from '../../parts/edit/EditForm';
import { isSame } from '../../parts/edit/merge';
import { Problem } from '../../parts/Problem';
import { AccessFields, KindFields, RuleFields } from './Fields';
import { NEW_DRAFT, requestOf, type Draft } from './draft';
import { messages } from './messages';
import { TestPanel } from './TestPanel';
import { useTest } from './useTest';

const STEPS = ['kind', 'access', 'rules'] as const;

type Step = (typeof STEPS)[number];

interface Saved {
  id: string;
  etag: string | null;
}

/** Adding a registry in three steps: what it is, how it is reached with a test, what of it is scanned. */
export function NewRegistryPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(NEW_DRAFT);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [key] = useState(idempotencyKey);
  const [step, goTo] = useStep(saved === null && draft === NEW_DRAFT);
  const keep = useKept();
  const test = useTest();
  const change = (changed: Partial<Draft>) => { setDraft((before) => ({ ...before, ...changed })); };

  // Workers do the test, and they know stored registries alone: it is stored without being scanned yet.
  const save = useMutation({
    mutationFn: async (isEnabled: boolean) => {
      const body = requestOf({ ...draft, isEnabled });
      const answer = saved
        ? await changeRegistry.answer({ path: { id: saved.id }, body }, { ifMatch: saved.etag })
        : await createRegistry.answer({ body }, { idempotencyKey: key });
      setSaved({ id: answer.data.id, etag: answer.etag });
      return answer.data.id;
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [listRegistries.id] }),
  });
  const finish = useMutation({
    mutationFn: async () => {
      const wasSaved = saved !== null;
      const id = await save.mutateAsync(draft.isEnabled);
      // A new one is listed by itself; one that was stored for its test is listed from now on.
      if (wasSaved && draft.isEnabled) await listRegistryNow({ path: { id } });
      return id;
    },
    onSuccess: (id) => navigate({ to: '/registries/$id', params: { id }, ignoreBlocker: true }),
  });
  const discard = useMutation({
    mutationFn: async () => {
      if (saved) await removeRegistry({ path: { id: saved.id } }, { ifMatch: saved.etag });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: [listRegistries.id] });
      await navigate({ to: '/registries', ignoreBlocker: true });
    },
  });
  const submit = () => {
    if (step === 'rules') finish.mutate();
    else goTo(step === 'kind' ? 'access' : 'rules');
  };
  const runTest = (form: HTMLFormElement | null) => {
    if (form?.reportValidity()) save.mutate(false, { onSuccess: (id) => { keep(id); test.start(id); } });
  };
  const error = (finish.error ?? save.error) ?? discard.error;
  return (
    <div className="bh-page bh-flow">
      <header className="bh-section">
        <nav><Link to="/registries">{t('back')}</Link></nav>
        <h1>{t('new.title')}</h1>
        <ol className="bh-progress-steps" aria-label={t('new.steps')}>
          {STEPS.map((name) => <li key={name} aria-current={name === step ? 'step' : undefined}>{t(`step.${name}`)}</li>)}
        </ol>
      </header>
      <Refused error={error}>
        <form className="bh-form" onSubmit={(event) => { event.preventDefault(); submit(); }}>
          {step === 'kind' && <KindFields draft={draft} onDraft={change} />}
          {step === 'access' && (
            <>
              <AccessFields draft={draft} onDraft={change} hasCredential={false} hasHookSecret={false} />
              <div className="bh-section">
                <div className="bh-actions">
                  <Button variant="secondary" isLoading={save.isPending || test.isRunning} isDisabled={save.isPending || test.isRunning} onClick={(event) => { runTest(event.currentTarget.form); }}>
                    {t('test')}
                  </Button>
                  <span className="bh-quiet">{t('test.saves')}</span>
                </div>
                <TestPanel test={test} />
              </div>
            </>
          )}
          {step === 'rules' && <RuleFields draft={draft} onDraft={change} />}
          {error && <Problem error={error} />}
          <div className="bh-actions">
            {step !== 'kind' && <Button variant="secondary" onClick={() => { goTo(step === 'rules' ? 'access' : 'kind'); }}>{t('previous')}</Button>}
            <Button type="submit" isLoading={finish.isPending} isDisabled={finish.isPending}>{t(step === 'rules' ? 'new.save' : 'next')}</Button>
            <Button variant="link" isDisabled={discard.isPending} onClick={() => { discard.mutate(); }}>{t(saved ? 'new.discard' : 'cancel')}</Button>
          </div>
          <LeaveGuard isChanged={!isSame(draft, NEW_DRAFT) && !finish.isSuccess && !discard.isSuccess} />
        </form>
      </Refused>
    </div>
  );
}

/** The step of the address; a page that was just opened begins at the first one, as its address then says: what was written before is gone. */
function useStep(isFresh: boolean): [Step, (step: Step) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [hasMoved, setHasMoved] = useState(false);
  const asked = STEPS.find((name) => name === search.step) ?? 'kind';
  const isLeft = isFresh && !hasMoved && search.step !== undefined;
  useEffect(() => {
    if (isLeft) void navigate({ to: '.', search: (before: Search) => ({ ...before, step: undefined }), replace: true });
  }, [isLeft, navigate]);
  const goTo = (step: Step) => {
    setHasMoved(true);
    void navigate({ to: '.', search: (before: Search) => ({ ...before, step: step === 'kind' ? undefined : step }) });
  };
  return [isFresh && !hasMoved ? 'kind' : asked, goTo];
}

/** The registry that was stored for its test stands in the address: whoever loads the page anew goes on with it, and leaves nothing behind. */
function useKept(): (id: string) => void {
  const { registry }: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const [opened] = useState(registry);
  useEffect(() => {
    if (opened !== undefined) void navigate({ to: '/registries/$id/edit', params: { id: opened }, replace: true });
  }, [opened, navigate]);
  return (id) => void navigate({ to: '.', search: (before: Search) => ({ ...before, registry: id }), replace: true, resetScroll: false });
}
