import '../../styles/assurance.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { queryClient } from '../../client/cache';
import { cancelOwnJob, listPolicyTrialChanges, showOwnJob, showPolicy, showPolicyTrial, type DryRunChange, type DryRunJob } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { useTitle } from '../../frame/title';
import { useFormat, useMessages } from '../../i18n/language';
import { CauseText } from '../../parts/cause/CauseText';
import { EmptyState } from '../../parts/EmptyState';
import { CountLink } from '../../parts/CountLink';
import { HostileText, visible } from '../../parts/HostileText';
import { ImageName } from '../../parts/ImageName';
import { Loaded } from '../../parts/Loaded';
import { VerdictMark } from '../../parts/marks';
import { Alert, Button } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import type { Column } from '../../parts/table/definition';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { WhyThere } from '../../parts/why/WhyThere';
import { rowsOf } from '../images/counted';
import { messages as images } from '../images/list/messages';
import { messages } from './messages';

/** A dry run that still moves is looked at so often. */
const OPEN_MS = 1_000;

const NO_FILTERS: never[] = [];

/** A dry run over all images: how far it is, and each image whose verdict would be another one. */
export function TrialPage() {
  const { job } = useParams({ from: '/frame/policies/dry-runs/$job' });
  const trial = useQuery({ ...queryOf(showPolicyTrial, { path: { job } }), refetchInterval: (query) => (query.state.data && isMoving(query.state.data) ? OPEN_MS : false) });
  return <Loaded query={trial}>{(data) => <Trial trial={data} />}</Loaded>;
}

function Trial({ trial }: { trial: DryRunJob }) {
  const t = useMessages(messages);
  const columns = useColumns();
  const source = useMemo(() => listOf(listPolicyTrialChanges, { path: { job: trial.job } }), [trial.job]);
  const isOpen = isMoving(trial);
  useTitle(t('trial.title'));
  useEffect(() => {
    // What was listed while it ran was as far as it was.
    if (!isOpen) void queryClient.invalidateQueries({ queryKey: [listPolicyTrialChanges.id] });
  }, [isOpen]);
  return (
    <div className="bh-page bh-page-full">
      <header className="bh-section">
        <nav><Link to="/policies">{t('trial.back')}</Link></nav>
        <div className="bh-page-head">
          <h1>{t('trial.title')}</h1>
          {isOpen && <Cancel job={trial.job} />}
        </div>
        <About job={trial.job} />
        <State trial={trial} />
      </header>
      <ResourceTable
        label={t('effect.images')}
        source={source}
        columns={columns}
        filters={NO_FILTERS}
        isUnfiltered
        rowKey={(change) => change.image.digest}
        empty={<EmptyState title={t(isOpen ? 'trial.none.yet' : 'trial.none')}><p>{t(isOpen ? 'trial.none.yet.text' : 'trial.none.text')}</p></EmptyState>}
      />
    </div>
  );
}

/** Where it stands, in words that are told aloud once, and how far it is. */
function State({ trial }: { trial: DryRunJob }) {
  const t = useMessages(messages);
  const { state, images, changed, total, expires } = trial;
  const isOpen = isMoving(trial);
  return (
    <>
      <p role="status"><strong>{state === 'done' ? said(t, changed, images) : t(`trial.state.${stateOf(state)}`)}</strong></p>
      {isOpen && (
        <p className="bh-summary">
          {total != null && total > 0 ? <progress max={total} value={images} aria-label={t('trial.progress')} /> : <progress aria-label={t('trial.progress')} />}
          <span>{total == null ? t('trial.so_far', { count: images, changed }) : t('trial.of', { count: images, total, changed })}</span>
        </p>
      )}
      {(state === 'dead' || state === 'cancelled') && <p>{t('trial.so_far', { count: images, changed })}</p>}
      {expires && <p className="bh-quiet">{t.rich('trial.expires', { time: <Timestamp moment={expires} isExact /> })}</p>}
    </>
  );
}

/** What is tried: a change of a policy, a new one, or what would be without one; and why it failed, if it did. */
function About({ job: id }: { job: string }) {
  const t = useMessages(messages);
  const job = useQuery({ ...queryOf(showOwnJob, { path: { id } }), retry: false });
  const work = job.data?.work?.kind === 'dry_run' ? job.data.work : null;
  const policy = useQuery({ ...queryOf(showPolicy, { path: { id: work?.policy ?? '' } }), enabled: Boolean(work?.policy), retry: false });
  if (!work) return null;
  const name = policy.data && <Link to="/policies/$id" params={{ id: policy.data.id }}><HostileText text={policy.data.name} /></Link>;
  return (
    <>
      <p>{name ? t.rich(work.document == null ? 'trial.of.removed' : 'trial.of.changed', { name }) : t('trial.of.new')}</p>
      {job.data?.failure && <CauseText cause={job.data.failure} />}
      {work.document != null && (
        <details>
          <summary>{t('trial.document')}</summary>
          <pre className="bh-code" tabIndex={0}><code><HostileText text={work.document} longest={20_000} /></code></pre>
        </details>
      )}
      {policy.error && <Alert variant="info" isInline isPlain title={t('trial.gone')} />}
    </>
  );
}

function Cancel({ job }: { job: string }) {
  const t = useMessages(messages);
  const cancel = useMutation({
    mutationFn: () => cancelOwnJob({ path: { id: job } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: [showPolicyTrial.id] }),
  });
  return (
    <>
      <Button variant="secondary" isDisabled={cancel.isPending} onClick={() => { cancel.mutate(); }}>{t('trial.cancel')}</Button>
      {cancel.error && <Problem error={cancel.error} />}
    </>
  );
}

function useColumns(): readonly Column<DryRunChange>[] {
  const t = useMessages(messages);
  const image = useMessages(images);
  const format = useFormat();
  const maySeeFindings = useMay('findings.read');
  return useMemo(() => {
    const count = (id: 'critical' | 'high'): Column<DryRunChange> => ({
      id,
      title: t(`trial.${id}`),
      width: 7,
      isNumber: true,
      cell: ({ image: { counts, digest, name } }) => (
        <CountLink
          shown={format.number(counts[id])}
          says={image(`count.${id}`, { count: counts[id], image: visible(name || digest) })}
          isLink={maySeeFindings && counts[id] > 0}
          to="/images/$digest"
          params={{ digest }}
          search={rowsOf(id)}
        />
      ),
    });
    return [
      { id: 'image', title: t('effect.image'), width: 25, cell: ({ image }) => <ImageName name={image.name} digest={image.digest} /> },
      { id: 'from', title: t('effect.from'), width: 11, cell: ({ from, image }) => <WhyThere decision={from} digest={image.digest} /> },
      { id: 'to', title: t('effect.to'), width: 11, cell: ({ to }) => <VerdictMark decision={to} /> },
      count('critical'),
      count('high'),
    ];
  }, [t, image, format, maySeeFindings]);
}

function said(t: ReturnType<typeof useMessages<(typeof messages)['en']>>, changed: number, images: number): string {
  return changed === 0 ? t('effect.none', { count: images }) : t('effect.changed', { count: changed, images });
}

function isMoving(trial: DryRunJob): boolean {
  return trial.state === 'waiting' || trial.state === 'leased';
}

function stateOf(word: string): 'waiting' | 'leased' | 'dead' | 'cancelled' {
  return (['leased', 'dead', 'cancelled'] as const).find((known) => known === word) ?? 'waiting';
}
