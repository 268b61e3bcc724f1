import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { showPolicyTrial } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMessages } from '../../i18n/language';
import { Problem } from '../../parts/Problem';
import { messages } from './messages';

const OPEN_MS = 1_500;

/** A dry run that goes on as a job, beside what is still being written: how far it is, and where its images are listed. */
export function TrialLine({ job }: { job: string }) {
  const t = useMessages(messages);
  const trial = useQuery({
    ...queryOf(showPolicyTrial, { path: { job } }),
    refetchInterval: (query) => (query.state.data?.state === 'waiting' || query.state.data?.state === 'leased' ? OPEN_MS : false),
  });
  if (trial.error && !trial.data) return <Problem error={trial.error} onRetry={() => void trial.refetch()} />;
  if (!trial.data) return null;
  const { state, images, changed, total } = trial.data;
  const isOpen = state === 'waiting' || state === 'leased';
  return (
    <div className="bh-summary">
      {isOpen && (total != null && total > 0 ? <progress max={total} value={images} aria-label={t('trial.progress')} /> : <progress aria-label={t('trial.progress')} />)}
      <span>{isOpen && total != null ? t('trial.of', { count: images, total, changed }) : t('trial.so_far', { count: images, changed })}</span>
      <span role="status">{isOpen ? '' : t(state === 'done' ? 'trial.state.done' : state === 'dead' ? 'trial.state.dead' : 'trial.state.cancelled')}</span>
      {/* What is being written stays in its own tab. */}
      <Link to="/policies/dry-runs/$job" params={{ job }} target="_blank">{t('trial.open')}</Link>
    </div>
  );
}
