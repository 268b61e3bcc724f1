import '../../styles/assurance.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { listExceptions, listImages, showHealth, showSummary, type Summary } from '../../client/generated';
import { useLive } from '../../client/live';
import { queryOf } from '../../client/queries';
import { IMAGE_CHANGES } from '../../client/topics';
import { useMay } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../../parts/HostileText';
import { Problem } from '../../parts/Problem';
import { Skeleton } from '../../parts/Skeleton';
import { StillWorking, Stopped } from '../../parts/table/StillWorking';
import { Timestamp } from '../../parts/Timestamp';
import { VerdictMark } from '../../parts/marks';
import { WhyPlace } from '../../parts/why/WhyPlace';
import { Figures } from './Figures';
import { deltas, risks, verdicts, work } from './figures';
import { FirstSteps } from './FirstSteps';
import { HealthStrip } from './HealthStrip';
import { Fresh, Latest, Undecided, Worst } from './Lists';
import { messages } from './messages';
import { PERIODS, beginOf, periodOf } from './period';
import { COUNTED, useAlsoCounted, useIsBesideReady, useOnce } from './queries';

const TOPICS = [...IMAGE_CHANGES, 'exception.*', 'job.*'];

/** The stream does not speak of everything that is shown: a worker that is away, intelligence that grows old. */
const LOOK_MS = 60_000;

/** What changed, and what needs somebody. Every figure leads to exactly those rows. */
export function HomePage() {
  const t = useMessages(messages);
  const seesImages = useMay('images.read');
  return (
    <WhyPlace>
      <div className="bh-page">
        <h1>{t('title')}</h1>
        {seesImages ? <Overview /> : <p>{t('none')}</p>}
      </div>
    </WhyPlace>
  );
}

function Overview() {
  const { since: word }: Search = useSearch({ strict: false });
  const [opened] = useState(() => Date.now());
  const since = beginOf(periodOf(word), opened);
  const summary = useQuery({ ...queryOf(showSummary, { query: { since } }), placeholderData: keepPreviousData, refetchInterval: LOOK_MS });
  const alsoCounted = useAlsoCounted();
  const isReady = [useIsBesideReady(), useOnce(!alsoCounted.isPending)].every(Boolean);
  useLive(TOPICS, () => {
    // Figures change where they stand: nothing moves under the reader's hand.
    for (const id of [showSummary.id, showHealth.id, COUNTED]) void queryClient.invalidateQueries({ queryKey: [id] });
  });
  if (summary.error && !summary.data) return <Problem error={summary.error} onRetry={() => void summary.refetch()} />;
  if (!summary.data || !isReady) return <Waiting />;
  return (
    <>
      <HealthStrip />
      {summary.data.images.total === 0 ? <FirstSteps summary={summary.data} /> : <Counted summary={summary.data} alsoCounted={alsoCounted} since={since} />}
    </>
  );
}

/** What is waited for before anything is shown. */
const AWAITED = [showSummary.id, showHealth.id, COUNTED, listImages.id, listExceptions.id].map((id) => ({ queryKey: [id] }));

/** As high as what will stand there, so that nothing moves when it comes. */
function Waiting() {
  const [isStopped, setIsStopped] = useState(false);
  const stop = () => {
    setIsStopped(true);
    for (const awaited of AWAITED) void queryClient.cancelQueries(awaited);
  };
  const askAgain = () => {
    setIsStopped(false);
    for (const awaited of AWAITED) void queryClient.refetchQueries({ ...awaited, type: 'active' });
  };
  if (isStopped) return <Stopped onAgain={askAgain} />;
  return (
    <div aria-busy="true" className="bh-home-waiting">
      <Skeleton width="long" />
      <Skeleton width="middle" />
      <Skeleton width="long" />
      <StillWorking onCancel={stop} />
    </div>
  );
}

function Counted({ summary, alsoCounted, since }: { summary: Summary; alsoCounted: ReturnType<typeof useAlsoCounted>; since: string }) {
  const t = useMessages(messages);
  const seesFindings = useMay('findings.read');
  const seesAudit = useMay('audit.read');
  const mayDecide = useMay('exceptions.approve');
  const waiting = work(summary);
  return (
    <>
      <section>
        <h2>{t('verdicts')}</h2>
        <p><Link to="/images">{t('total', { count: summary.images.total })}</Link></p>
        <Figures figures={verdicts(summary)} say={(decision) => <VerdictMark decision={decision} />} />
      </section>
      <section>
        <h2>{t('risks')}</h2>
        <Figures figures={[...risks(summary), ...alsoCounted.figures]} say={(risk) => t(`risk.${risk}`)} />
        {alsoCounted.error && <Problem error={alsoCounted.error} onRetry={alsoCounted.retry} />}
      </section>
      <Worst />
      {mayDecide && <Undecided />}
      <section>
        <div className="bh-page-head">
          <h2>{t.rich('since', { moment: <Timestamp moment={summary.deltas.since} isExact /> })}</h2>
          <Periods />
        </div>
        <Figures figures={deltas(summary, seesFindings)} say={(delta, count) => t(`delta.${delta}`, { count })} />
      </section>
      {seesFindings && <Fresh since={since} />}
      {waiting.length > 0 && (
        <section>
          <h2>{t('work')}</h2>
          <Figures figures={waiting} say={(one, count) => t(`work.${one}`, { count })} />
        </section>
      )}
      {seesAudit && <Latest />}
    </>
  );
}

function Periods() {
  const t = useMessages(messages);
  const { since }: Search = useSearch({ strict: false });
  const shown = periodOf(since);
  return (
    <>
      <nav className="bh-choices" aria-label={t('period')}>
        {PERIODS.map((period) => (
          <Link
            key={period}
            to="/"
            search={period === '24h' ? {} : { since: period }}
            resetScroll={false}
            aria-current={period === shown ? 'page' : undefined}
            activeOptions={{ exact: true }}
          >
            {t(`period.${period}`)}
          </Link>
        ))}
      </nav>
      {since !== undefined && since !== shown && <p className="bh-quiet">{t.rich('period.unknown', { word: <code><HostileText text={since} longest={40} /></code>, period: t(`period.${shown}`) })}</p>}
    </>
  );
}
