import '@patternfly/react-styles/css/components/Table/table.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { queryClient } from '../../client/cache';
import { useEffect, useState } from 'react';
import { beginPolicyTrial, tryPolicy, type DryRun } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { ImageName } from '../../parts/ImageName';
import { VerdictMark } from '../../parts/marks';
import { Alert, Button } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { StillWorking } from '../../parts/table/StillWorking';
import { WhyThere } from '../../parts/why/WhyThere';
import { messages } from './messages';
import { isMistake } from './mistake';
import { TrialLine } from './TrialLine';

/** Typing waits this long before the effect is asked for. */
const TYPING_MS = 700;

/** Where an answer took longer than this, the next one is asked for by hand. */
const QUICK_MS = 2_000;

export interface Effect {
  run: DryRun | null;
  error: Error | null;
  isRunning: boolean;
  /** Whether what is shown is of the text as it stands. */
  isCurrent: boolean;
  ask: () => void;
  /** Stops what runs; the next one is asked for by hand. */
  stop: () => void;
}

/** What a document would do to the images that are known, before it is saved. */
export function useEffectOf(document: string, policy: string | null, isChanged: boolean): Effect {
  const settled = useSettled(document);
  const [asked, setAsked] = useState<string | null>(null);
  const [took, setTook] = useState(0);
  const isWanted = asked === settled || (isChanged && took < QUICK_MS);
  const queryKey = [tryPolicy.id, policy, settled];
  const run = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const began = performance.now();
      const answer = await tryPolicy({ body: { document: settled, policy } }, { signal });
      setTook(performance.now() - began);
      return answer;
    },
    enabled: isWanted,
    staleTime: 30_000,
    retry: false,
  });
  return {
    run: run.data ?? null,
    error: run.error,
    isRunning: run.isFetching,
    isCurrent: settled === document,
    ask: () => {
      if (asked === document) void run.refetch();
      else setAsked(document);
    },
    stop: () => {
      setTook(QUICK_MS);
      void queryClient.cancelQueries({ queryKey });
    },
  };
}

/** The effect in words, with the images whose verdict would be another one. */
export function EffectPanel({ effect, document, policy }: { effect: Effect; document: string; policy: string | null }) {
  const t = useMessages(messages);
  const { run, error, isRunning, isCurrent } = effect;
  const begin = useMutation({ mutationFn: (text: string) => beginPolicyTrial({ body: { document: text, policy } }) });
  const worse = run?.items.filter((change) => change.to === 'deny' || change.to === 'would_deny').length ?? 0;
  return (
    <section className="bh-section" aria-label={t('effect')} aria-busy={isRunning}>
      <div className="bh-page-head">
        <h2>{t('effect')}</h2>
        <div className="bh-actions">
          <Button variant="secondary" isDisabled={isRunning} onClick={effect.ask}>{t('effect.ask')}</Button>
          <Button variant="link" isLoading={begin.isPending} isDisabled={begin.isPending} onClick={() => { begin.mutate(document); }}>{t('effect.all')}</Button>
        </div>
      </div>
      {begin.error && !isMistake(begin.error) && <Problem error={begin.error} />}
      {begin.data && begin.variables === document && <TrialLine job={begin.data.job} />}
      {isRunning && <StillWorking onCancel={effect.stop} />}
      {error && !isMistake(error) && <Problem error={error} onRetry={effect.ask} />}
      {run && (
        <div className={isCurrent ? 'bh-section' : 'bh-section bh-quiet'}>
          <p role="status"><strong>{run.changed === 0 ? t('effect.none', { count: run.images }) : t('effect.changed', { count: run.changed, images: run.images })}</strong></p>
          {worse > 0 && <p>{t('effect.fails', { count: worse })}</p>}
          {run.is_partial && (
            <Alert variant="warning" isInline title={t('effect.partial')}>
              {run.job ? <><p>{t('effect.partial.job')}</p><TrialLine job={run.job} /></> : null}
            </Alert>
          )}
          {run.items.length > 0 && <Changes run={run} />}
        </div>
      )}
      {!run && !isRunning && !error && <p className="bh-quiet">{t('effect.hint')}</p>}
    </section>
  );
}

function Changes({ run }: { run: DryRun }) {
  const t = useMessages(messages);
  const format = useFormat();
  return (
    <div className="bh-scroll" tabIndex={0} role="region" aria-label={t('effect.images')}>
      <table className="pf-v6-c-table pf-m-compact bh-plain-table">
        <thead className="pf-v6-c-table__thead">
          <tr className="pf-v6-c-table__tr">
            <th className="pf-v6-c-table__th" scope="col">{t('effect.image')}</th>
            <th className="pf-v6-c-table__th" scope="col">{t('effect.from')}</th>
            <th className="pf-v6-c-table__th" scope="col">{t('effect.to')}</th>
          </tr>
        </thead>
        <tbody className="pf-v6-c-table__tbody">
          {run.items.map(({ image, from, to }) => (
            <tr className="pf-v6-c-table__tr" key={image.digest}>
              <td className="pf-v6-c-table__td"><ImageName name={image.name} digest={image.digest} /></td>
              <td className="pf-v6-c-table__td"><WhyThere decision={from} digest={image.digest} isElsewhere /></td>
              <td className="pf-v6-c-table__td"><VerdictMark decision={to} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      {run.changed > run.items.length && <p className="bh-quiet">{t('effect.more', { count: format.number(run.changed - run.items.length) })}</p>}
    </div>
  );
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(value); }, TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [value]);
  return settled;
}
