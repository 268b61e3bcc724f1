// What is done to many jobs at once.
import { useMemo, useState, type ReactNode } from 'react';
import { queryClient } from '../../client/cache';
import { Failure } from '../../client/failure';
import { cancelJob, changeJobs, listJobs, retryJob, showJob, type Job, type JobAction } from '../../client/generated';
import type { CallOptions } from '../../client/transport';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { BulkDialog } from '../../parts/bulk/BulkDialog';
import type { Part } from '../../parts/bulk/parts';
import { useBulk } from '../../parts/bulk/useBulk';
import { useOwnJobs } from '../../parts/job/ownJobs';
import type { BulkAction, Selection } from '../../parts/table/definition';
import { messages } from './messages';

const ACTIONS: readonly JobAction[] = ['retry', 'cancel'];

interface Asked {
  action: JobAction;
  selection: Selection;
  clear: () => void;
}

/** The actions that the reader may take, and the dialog of the one that was chosen. */
export function useJobBulk(): { actions: readonly BulkAction[]; dialog: ReactNode } {
  const t = useMessages(messages);
  const may = useMay('jobs.write');
  const [asked, setAsked] = useState<Asked | null>(null);
  const actions = useMemo(
    () => (may ? ACTIONS.map((action) => ({ id: action, label: t(action), run: (selection: Selection, clear: () => void) => { setAsked({ action, selection, clear }); } })) : []),
    [t, may],
  );
  return { actions, dialog: asked && <Ask {...asked} onClose={() => { setAsked(null); }} /> };
}

function Ask({ action, selection, clear, onClose }: Asked & { onClose: () => void }) {
  const t = useMessages(messages);
  const { follow } = useOwnJobs();
  const isMatching = selection.kind === 'matching';
  const bulk = useBulk(
    isMatching ? [{ filter: selection.filter, expected: selection.total, isLeast: selection.isLeast }] : selection.keys.map((id) => ({ filter: id, expected: 1, isLeast: false })),
    (part, options) => (isMatching ? changeJobs({ body: { action, filter: part.filter, expected: part.expected } }, options) : one(action, part, options)),
    (jobs) => {
      clear();
      onClose();
      if (isMatching) follow(jobs);
      for (const key of [listJobs.id, showJob.id, 'jobs']) void queryClient.invalidateQueries({ queryKey: [key] });
    },
  );
  return (
    <BulkDialog title={t(`bulk.${action}`)} action={t(action)} bulk={bulk} onClose={onClose}>
      <p>{t(`bulk.${action}.text`)}</p>
    </BulkDialog>
  );
}

/** The filter of jobs has no key for single ones: those that are ticked are asked for one by one. */
async function one(action: JobAction, { filter: id }: Part, options: CallOptions): Promise<Job> {
  try {
    return await (action === 'retry' ? retryJob : cancelJob)({ path: { id } }, options);
  } catch (error) {
    // It has ended or begun meanwhile: there is nothing to do with it any more, and the others are not held up.
    if (error instanceof Failure && error.status === 409) return showJob({ path: { id } });
    throw error;
  }
}
