import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queryClient } from '../../client/cache';
import { cancelOwnJob, listImages, listJobs, listOwnJobs, showOwnJob, type Job } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMessages } from '../../i18n/language';
import { CauseText } from '../cause/CauseText';
import { Icon } from '../icons';
import { Problem } from '../Problem';
import { DownloadLink, fetchFile } from './Download';
import { isOpen, progressOf } from './job';
import { JobMark, JobName } from './JobMark';
import { messages } from './messages';
import { Outcome } from './Outcome';
import { UndoOwn } from './UndoOwn';
import { wasBegunHere } from './ownJobs';

/** A job that still moves is looked at so often. */
const OPEN_MS = 1_000;

/** A job of one's own beside the list that it is about. Leaving it out of sight does not stop it. */
export default function OwnJobCard({ id, onLeave }: { id: string; onLeave: () => void }) {
  const t = useMessages(messages);
  const job = useQuery({ ...queryOf(showOwnJob, { path: { id } }), refetchInterval: (query) => (query.state.data && isOpen(query.state.data) ? OPEN_MS : false), retry: 1 });
  useEnd(job.data);
  return (
    <article className="bh-own-job" aria-label={t('own')}>
      <div className="bh-own-job-body">
        {job.error && !job.data && <Problem error={job.error} onRetry={() => void job.refetch()} />}
        {job.data && <Told job={job.data} />}
      </div>
      <div className="bh-actions">
        {job.data && <CancelOwn job={job.data} />}
        {job.data && <UndoOwn job={job.data} />}
        {job.data && <DownloadLink job={job.data} />}
        <button type="button" className="bh-icon-button" aria-label={t('own.leave')} title={t('own.leave')} onClick={onLeave}><Icon name="close" /></button>
      </div>
    </article>
  );
}

function Told({ job }: { job: Job }) {
  const t = useMessages(messages);
  const progress = progressOf(job);
  return (
    <>
      <p><strong><JobName job={job} /></strong></p>
      {/* The state alone is told aloud: numbers that move would never stop speaking. */}
      <p><span role="status"><JobMark job={job} isPlain /></span></p>
      {isOpen(job) && (progress && progress.total !== null && progress.total > 0 ? <progress max={progress.total} value={progress.done} aria-label={t('progress.label')} /> : <progress aria-label={t('progress.label')} />)}
      <Outcome job={job} />
      {job.failure && <CauseText cause={job.failure} />}
    </>
  );
}

/** Stops a job of one's own; what it did so far stays. */
export function CancelOwn({ job }: { job: Job }) {
  const t = useMessages(messages);
  const cancel = useMutation({
    mutationFn: () => cancelOwnJob({ path: { id: job.id } }),
    onSettled: () => Promise.all([showOwnJob, listOwnJobs].map(({ id }) => queryClient.invalidateQueries({ queryKey: [id] }))),
  });
  if (!isOpen(job)) return null;
  return (
    <>
      <button type="button" className="bh-link-button" disabled={cancel.isPending} onClick={() => { cancel.mutate(); }}>
        <span>{t('own.cancel')}</span>
      </button>
      {cancel.error && <Problem error={cancel.error} />}
    </>
  );
}

/** Once it is over, its file is fetched where this tab asked for it, and what it changed is read anew. */
function useEnd(job: Job | undefined): void {
  const id = job?.id;
  const state = job?.state;
  const kind = job?.kind;
  useEffect(() => {
    if (id === undefined || state === undefined || state === 'waiting' || state === 'leased') return;
    void queryClient.invalidateQueries({ queryKey: [listOwnJobs.id] });
    if (!wasBegunHere(id)) return;
    if (kind === 'export' && state === 'done') fetchFile(id);
    if (kind === 'bulk') for (const list of [listImages, listJobs]) void queryClient.invalidateQueries({ queryKey: [list.id] });
  }, [id, state, kind]);
}
