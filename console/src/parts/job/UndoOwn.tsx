import { useMutation, useQuery } from '@tanstack/react-query';
import { queryClient } from '../../client/cache';
import { listOwnJobs, undoOwnJob, type Job } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMessages } from '../../i18n/language';
import { useNow } from '../Timestamp';
import { Problem } from '../Problem';
import { messages } from './messages';
import { useOwnJobs } from './ownJobs';
import { canBeUndone, isUndoneBy } from './work';

/** Among so many of the youngest jobs is the one that took it back, if there is one: changes are kept for a day. */
const LOOKED_AT = 200;

/** Takes a bulk change of one's own back, as another job that is followed from here. */
export function UndoOwn({ job }: { job: Job }) {
  const now = useNow();
  return canBeUndone(job, now) ? <Undo job={job} /> : null;
}

function Undo({ job }: { job: Job }) {
  const t = useMessages(messages);
  const { follow } = useOwnJobs();
  const others = useQuery(queryOf(listOwnJobs, { query: { limit: LOOKED_AT } }));
  const undo = useMutation({
    mutationFn: () => undoOwnJob({ path: { id: job.id } }),
    onSuccess: (begun) => {
      follow([begun]);
      return queryClient.invalidateQueries({ queryKey: [listOwnJobs.id] });
    },
  });
  // Once taken back there is nothing left to take.
  if (undo.isSuccess || others.isPending || isUndoneBy(others.data?.items ?? [], job.id)) return null;
  return (
    <>
      <button type="button" className="bh-link-button" disabled={undo.isPending} onClick={() => { undo.mutate(); }}>
        <span>{t('own.undo')}</span>
      </button>
      {undo.error && <Problem error={undo.error} />}
    </>
  );
}
