import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { listOwnJobs, undoOwnJob, type Job } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMessages } from '../../i18n/language';
import { Confirm } from '../Confirm';
import { HostileText } from '../HostileText';
import { useNow } from '../Timestamp';
import { messages } from './messages';
import { useOwnJobs } from './ownJobs';
import { canBeUndone, filterOf, isUndoneBy, workOf } from './work';

/** Among so many of the youngest jobs is the one that took it back, if there is one: changes are kept for a day. */
const LOOKED_AT = 200;

/** Takes a bulk change of one's own back, as another job that is followed from here; asked before, with how many it touches. */
export function UndoOwn({ job }: { job: Job }) {
  const now = useNow();
  return canBeUndone(job, now) ? <Undo job={job} /> : null;
}

function Undo({ job }: { job: Job }) {
  const t = useMessages(messages);
  const { follow } = useOwnJobs();
  const [isAsked, setIsAsked] = useState(false);
  const others = useQuery(queryOf(listOwnJobs, { query: { limit: LOOKED_AT } }));
  const undo = useMutation({
    mutationFn: () => undoOwnJob({ path: { id: job.id } }),
    onSuccess: (begun) => {
      setIsAsked(false);
      follow([begun]);
      return queryClient.invalidateQueries({ queryKey: [listOwnJobs.id] });
    },
  });
  // Once taken back there is nothing left to take.
  if (undo.isSuccess || others.isPending || isUndoneBy(others.data?.items ?? [], job.id)) return null;
  const count = job.progress?.changed ?? 0;
  const filter = filterOf(job);
  const areRequests = job.work?.kind === 'bulk' && job.work.work.resource === 'vulnerabilities';
  return (
    <>
      <button type="button" className="bh-link-button" onClick={() => { setIsAsked(true); }}>
        <span>{t('own.undo')}</span>
      </button>
      {isAsked && (
        <Confirm title={t('undo.title')} action={t('own.undo')} isPending={undo.isPending} error={undo.error} onConfirm={() => { undo.mutate(); }} onCancel={() => { setIsAsked(false); undo.reset(); }}>
          <p>{areRequests ? t('undo.requests', { count }) : t('undo.text', { what: workOf(job, t), count })}</p>
          {filter !== '' && <p>{t('undo.filter')} <code><HostileText text={filter} /></code></p>}
        </Confirm>
      )}
    </>
  );
}
