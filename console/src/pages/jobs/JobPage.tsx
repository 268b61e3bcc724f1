import '../../styles/assurance.css';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { queryClient } from '../../client/cache';
import { showJob, type Job } from '../../client/generated';
import { useLive } from '../../client/live';
import { queryOf } from '../../client/queries';
import { useTitle } from '../../frame/title';
import { useFormat, useMessages } from '../../i18n/language';
import { CauseText } from '../../parts/cause/CauseText';
import { HostileText } from '../../parts/HostileText';
import { isOpen, progressOf, stepsOf } from '../../parts/job/job';
import { JobMark, JobName } from '../../parts/job/JobMark';
import { Outcome } from '../../parts/job/Outcome';
import { TestSteps } from '../../parts/job/TestSteps';
import { PageProblem } from '../../parts/PageProblem';
import { PageSkeleton } from '../../parts/Skeleton';
import { Timestamp } from '../../parts/Timestamp';
import { RegistryLink } from '../registries/RegistryLink';
import { useRegistryNames } from './columns';
import { JobActions } from './JobActions';
import { MOVES } from './live';
import { messages } from './messages';
import { Result } from './Result';

/** How far an open job is, which no event tells, is looked at so often. */
const OPEN_MS = 1_500;

/** One job: where it stands, why it failed, what came of it. */
export function JobPage() {
  const { id } = useParams({ from: '/frame/jobs/$id' });
  const job = useQuery({ ...queryOf(showJob, { path: { id } }), refetchInterval: (query) => (query.state.data && isOpen(query.state.data) ? OPEN_MS : false) });
  useLive(MOVES, () => { void queryClient.invalidateQueries({ queryKey: [showJob.id] }); });
  if (job.error && !job.data) return <PageProblem error={job.error} onRetry={() => void job.refetch()} />;
  if (!job.data) return <PageSkeleton />;
  return <JobDetails job={job.data} />;
}

function JobDetails({ job }: { job: Job }) {
  const t = useMessages(messages);
  const progress = progressOf(job);
  useTitle(`${t('title')} ${job.id}`);
  return (
    <div className="bh-page bh-flow">
      <header className="bh-section">
        <nav><Link to="/jobs">{t('back')}</Link></nav>
        <div className="bh-page-head">
          <h1><JobName job={job} /></h1>
          <div className="bh-actions"><JobActions job={job} /></div>
        </div>
        <p role="status"><JobMark job={job} /></p>
        {progress?.total != null && isOpen(job) && <progress max={progress.total} value={progress.done} aria-label={t('progress')} />}
      </header>
      {job.failure && (
        <section className="bh-section">
          <h2>{t(job.state === 'dead' ? 'failure' : 'failure.last')}</h2>
          <CauseText cause={job.failure} />
          {job.state === 'waiting' && job.tries > 0 && <p>{t.rich('again', { time: <Timestamp moment={job.not_before} isExact /> })}</p>}
        </section>
      )}
      {job.work?.kind === 'test' && (
        <section className="bh-section">
          <h2>{t('steps')}</h2>
          <TestSteps steps={stepsOf(job)} isWaiting={isOpen(job)} />
        </section>
      )}
      {job.state === 'done' && <Result job={job} />}
      <Outcome job={job} />
      <Facts job={job} />
    </div>
  );
}

function Facts({ job }: { job: Job }) {
  const t = useMessages(messages);
  const format = useFormat();
  const registries = useRegistryNames();
  return (
    <section className="bh-section">
      <h2>{t('facts')}</h2>
      <dl className="bh-facts">
        {job.registry_id !== '' && (
          <>
            <dt>{t('column.registry')}</dt>
            <dd><RegistryLink id={job.registry_id} name={registries.get(job.registry_id)} /></dd>
          </>
        )}
        <dt>{t('column.by')}</dt><dd><HostileText text={job.requested_by} /></dd>
        <dt>{t('column.created')}</dt><dd><Timestamp moment={job.created} isExact /></dd>
        {job.begun && <><dt>{t('begun')}</dt><dd><Timestamp moment={job.begun} isExact /></dd></>}
        {job.finished && <><dt>{t('finished')}</dt><dd><Timestamp moment={job.finished} isExact /></dd></>}
        {job.begun && job.finished && <><dt>{t('took')}</dt><dd>{format.duration(Date.parse(job.finished) - Date.parse(job.begun))}</dd></>}
        <dt>{t('column.tries')}</dt><dd>{format.number(job.tries)}</dd>
        {job.leased_by && <><dt>{t('worker')}</dt><dd><HostileText text={job.leased_by} /></dd></>}
        <dt>{t('id')}</dt><dd><code>{job.id}</code></dd>
      </dl>
    </section>
  );
}
