// What is done to many images at once.
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { changeImages, countRows, type ImageAction } from '../../../client/generated';
import { queryOf, toldAs } from '../../../client/queries';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { BulkDialog } from '../../../parts/bulk/BulkDialog';
import { partsOf, type Part } from '../../../parts/bulk/parts';
import { useBulk } from '../../../parts/bulk/useBulk';
import { Field } from '../../../parts/Field';
import { useOwnJobs } from '../../../parts/job/ownJobs';
import type { BulkAction, Selection } from '../../../parts/table/definition';
import { messages } from './messages';

/** Which of the selected images are worth a word before it is done. */
const NOTABLE: Readonly<Record<Exclude<ImageAction, 'rescan'>, string>> = {
  approve: 'approval:approved',
  revoke_approval: '-approval:approved',
  delete: 'decision:allow,excepted',
};

interface Asked {
  action: ImageAction;
  selection: Selection;
  clear: () => void;
}

/** The actions that the reader may take, and the dialog of the one that was chosen. */
export function useImageBulk(): { actions: readonly BulkAction[]; dialog: ReactNode } {
  const t = useMessages(messages);
  const mayWrite = useMay('images.write');
  const mayApprove = useMay('images.approve');
  const [asked, setAsked] = useState<Asked | null>(null);
  const actions = useMemo(() => {
    const words: ImageAction[] = mayWrite ? ['rescan', ...(mayApprove ? (['approve', 'revoke_approval', 'delete'] as const) : [])] : [];
    return words.map((action) => ({ id: action, label: t(`bulk.${action}`), isDanger: action === 'delete', run: (selection: Selection, clear: () => void) => { setAsked({ action, selection, clear }); } }));
  }, [t, mayWrite, mayApprove]);
  return { actions, dialog: asked && <Ask {...asked} onClose={() => { setAsked(null); }} /> };
}

function Ask({ action, selection, clear, onClose }: Asked & { onClose: () => void }) {
  const t = useMessages(messages);
  const { follow } = useOwnJobs();
  const [comment, setComment] = useState('');
  const bulk = useBulk(
    partsOf(selection, 'digest'),
    ({ filter, expected }, options) => changeImages({ body: { action, filter, expected, ...(action === 'approve' ? { comment } : {}) } }, options),
    (jobs) => { clear(); onClose(); follow(jobs); },
  );
  return (
    <BulkDialog title={t(`bulk.${action}`)} action={t(`bulk.${action}.do`)} isDanger={action === 'delete'} bulk={bulk} onClose={onClose}>
      <p>{t(`bulk.${action}.text`)}</p>
      <Preview action={action} parts={bulk.parts} />
      {action === 'approve' && <Field label={t('bulk.comment')} maxLength={500} value={comment} onValue={setComment} />}
    </BulkDialog>
  );
}

/** What of the selection the action would leave as it is, or deserves a second look, counted by the server before anything is done. */
function Preview({ action, parts }: { action: ImageAction; parts: readonly Part[] }) {
  const t = useMessages(messages);
  // So many rows are looked through by one more question each; more parts than one come from ticks, and those are seen.
  const filter = parts.length === 1 ? parts[0]?.filter : undefined;
  const condition = action === 'rescan' ? '' : NOTABLE[action];
  const isAsked = filter !== undefined && condition !== '';
  const found = useQuery({
    ...queryOf(countRows, { query: { resource: 'images', filter: `${filter ?? ''} ${condition}`.trim() } }),
    enabled: isAsked,
    retry: false,
    // Whoever comes back after something was done is told the number of then.
    gcTime: 0,
  });
  if (!isAsked || action === 'rescan' || found.isPending) return null;
  // What failed was not counted either: the action does not wait for it.
  const told = found.data ? toldAs(found.data) : 'unknown';
  const count = found.data?.count ?? 0;
  if (told === 'exact' && count === 0) return null;
  return <p role="status">{told === 'unknown' ? t(`bulk.${action}.of_these.unknown`) : t(told === 'more' ? `bulk.${action}.of_these.more` : `bulk.${action}.of_these`, { count })}</p>;
}
