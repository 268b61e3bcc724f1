import { useMutation } from '@tanstack/react-query';
import { queryClient } from '../../client/cache';
import { listOwnJobs, undoOwnJob, type Job } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { useNow } from '../Timestamp';
import { Problem } from '../Problem';
import { messages } from './messages';
import { useOwnJobs } from './ownJobs';
import { canBeUndone } from './work';

/** Takes a bulk change of one's own back, as another job that is followed from here. */
export function UndoOwn({ job }: { job: Job }) {
  const now = useNow();
  return canBeUndone(job, now) ? <Undo job={job} /> : null;
}

function Undo({ job }: { job: Job }) {
  const t = useMessages(messages);
  const { follow } = useOwnJobs();
  const undo = useMutation({
    mutationFn: () => undoOwnJob({ path: { id: job.id } }),
    onSuccess: (begun) => {
      follow([begun]);
      return queryClient.invalidateQueries({ queryKey: [listOwnJobs.id] });
    },
  });
  return (
    <>
      <button type="button" className="bh-link-button" disabled={undo.isPending || undo.isSuccess} onClick={() => { undo.mutate(); }}>
        <span>{t('own.undo')}</span>
      </button>
      {undo.error && <Problem error={undo.error} />}
    </>
  );
}
