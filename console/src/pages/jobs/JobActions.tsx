import { useMutation } from '@tanstack/react-query';
import { queryClient } from '../../client/cache';
import { cancelJob, listJobs, retryJob, showJob, type Job } from '../../client/generated';
import { useMay } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { sayProblem } from '../../i18n/problems';
import { canRetry, isOpen } from '../../parts/job/job';
import { Button } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { messages } from './messages';

/** What can be done with a job: try it again, or stop it. */
export function JobActions({ job, isSmall = false }: { job: Job; isSmall?: boolean }) {
  const t = useMessages(messages);
  const may = useMay('jobs.write');
  const act = useMutation({
    mutationFn: () => (canRetry(job) ? retryJob({ path: { id: job.id } }) : cancelJob({ path: { id: job.id } })),
    onSettled: async () => {
      await queryClient.invalidateQueries({ queryKey: ['jobs', 'live'] });
      await queryClient.invalidateQueries({ queryKey: [showJob.id] });
      if (!isSmall) await queryClient.invalidateQueries({ queryKey: [listJobs.id] });
    },
  });
  if (!may || !(canRetry(job) || isOpen(job))) return null;
  return (
    <>
      <Button variant={isSmall ? 'link' : 'secondary'} size={isSmall ? 'sm' : 'default'} isInline={isSmall} isDisabled={act.isPending} onClick={() => { act.mutate(); }}>
        {t(canRetry(job) ? 'retry' : 'cancel')}
      </Button>
      {act.error && (isSmall ? <RefusedInRow error={act.error} /> : <Problem error={act.error} />)}
    </>
  );
}

/** A row has one line: the whole of it when it is pointed at. */
function RefusedInRow({ error }: { error: Error }) {
  const said = sayProblem(error, useFormat());
  return <small role="status" className="bh-decision-deny" title={said}> {said}</small>;
}
