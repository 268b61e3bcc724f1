import { Link } from '@tanstack/react-router';
import type { Cause, Job } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { CauseText } from '../../parts/cause/CauseText';
import { Digest } from '../../parts/Digest';
import { WhyThere } from '../../parts/why/WhyThere';
import { messages } from './messages';

/** What came of a job: the image of a scan, the numbers of a listing. */
export function Result({ job }: { job: Job }) {
  const t = useMessages(messages);
  const result = job.result ?? {};
  if (job.work?.kind === 'scan' && typeof result.digest === 'string') {
    return (
      <section className="bh-section">
        <h2>{t('result')}</h2>
        <p className="bh-summary">
          {typeof result.decision === 'string' && <WhyThere decision={result.decision} digest={result.digest} />}
          <Digest digest={result.digest} />
          <Link to="/images/$digest" params={{ digest: result.digest }}>{t('result.image')}</Link>
        </p>
      </section>
    );
  }
  if (job.work?.kind !== 'list' || typeof result.tags !== 'number') return null;
  const problems = Array.isArray(result.problems) ? result.problems.filter(isCause) : [];
  return (
    <section className="bh-section">
      <h2>{t('result')}</h2>
      <p>{t('result.tags', { count: result.tags })}</p>
      {typeof result.enqueued === 'number' && <p>{t('result.enqueued', { count: result.enqueued })}</p>}
      {result.is_complete === false && <p>{t('result.partial')}</p>}
      {problems.map((cause, at) => <CauseText key={at} cause={cause} />)}
    </section>
  );
}

function isCause(value: unknown): value is Cause {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}
