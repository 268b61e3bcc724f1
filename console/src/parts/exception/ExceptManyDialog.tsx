import '../../styles/assurance.css';
import { useState } from 'react';
import { exceptVulnerabilities } from '../../client/generated';
import { useMe } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { BulkDialog } from '../bulk/BulkDialog';
import { partsOf } from '../bulk/parts';
import { useBulk } from '../bulk/useBulk';
import { LongText } from '../Choice';
import { useCarefulClose } from '../edit/LeaveQuestion';
import { Field } from '../Field';
import { useOwnJobs } from '../job/ownJobs';
import type { Selection } from '../table/definition';
import { useNow } from '../Timestamp';
import { ForPolicy, Until, Where } from './fields';
import { messages } from './messages';
import { draftOf, isOtherDraft, manyOf, type ExceptionDraft } from './terms';

/** Asks for exceptions for all selected vulnerabilities, with one reason, owner, end and scope. */
export default function ExceptManyDialog({ selection, clear, onClose }: { selection: Selection; clear: () => void; onClose: () => void }) {
  const t = useMessages(messages);
  const me = useMe();
  const now = useNow();
  const { follow } = useOwnJobs();
  const [begun] = useState<ExceptionDraft>(() => draftOf({ kind: 'vulnerability' }, me.name));
  const [draft, setDraft] = useState(begun);
  const change = (changed: Partial<ExceptionDraft>) => { setDraft((before) => ({ ...before, ...changed })); };
  const { close, question } = useCarefulClose(isOtherDraft(draft, begun), onClose);
  const bulk = useBulk(
    partsOf(selection, 'id'),
    ({ filter, expected }, options) => exceptVulnerabilities({ body: manyOf(draft, filter, expected, now) }, options),
    (jobs) => { clear(); onClose(); follow(jobs); },
  );
  return (
    <BulkDialog title={t('many')} action={t('submit')} isWide bulk={bulk} onClose={close} onCancel={onClose}>
      <p>{t('many.text')}</p>
      <Where draft={draft} onDraft={change} hasDigest={false} />
      <LongText member="reason" label={t('reason')} help={t('reason.help')} isRequired minLength={10} maxLength={4000} value={draft.reason} onValue={(reason) => { change({ reason }); }} />
      <Until draft={draft} onDraft={change} now={now} />
      <div className="bh-form-row">
        <Field member="owner" label={t('owner')} help={t('owner.help')} isRequired value={draft.owner} onValue={(owner) => { change({ owner }); }} />
        <Field member="name" label={t('name')} help={t('many.name.help')} isRequired maxLength={180} value={draft.name} onValue={(name) => { change({ name }); }} />
      </div>
      <ForPolicy draft={draft} onDraft={change} />
      {question}
    </BulkDialog>
  );
}
