import '../../styles/assurance.css';
import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { queryClient } from '../../client/cache';
import { listExceptions, requestException, type PolicyException } from '../../client/generated';
import { idempotencyKey } from '../../client/transport';
import { useMe } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { Choice, LongText } from '../Choice';
import { useCarefulClose } from '../edit/LeaveQuestion';
import { Field } from '../Field';
import { Refused } from '../field/Refused';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '../pf';
import { Problem } from '../Problem';
import { useNow } from '../Timestamp';
import { ForPolicy, Until, Where, type PartProps } from './fields';
import { Matches } from './Matches';
import { messages } from './messages';
import { FINDING_KINDS, draftOf, isOtherDraft, requestOf, saysWhat, type ExceptionDraft, type FindingKind, type Prefill } from './terms';

interface ExceptionDialogProps {
  prefill: Prefill;
  onDone: (exception: PolicyException) => void;
  onClose: () => void;
}

/** Asks for an exception: what, where, why, until when. It holds once somebody else has approved it. */
export default function ExceptionDialog({ prefill, onDone, onClose }: ExceptionDialogProps) {
  const t = useMessages(messages);
  const id = useId();
  const me = useMe();
  const now = useNow();
  const [key] = useState(idempotencyKey);
  const [begun] = useState<ExceptionDraft>(() => draftOf(prefill, me.name));
  const [draft, setDraft] = useState(begun);
  const change = (changed: Partial<ExceptionDraft>) => { setDraft((before) => ({ ...before, ...changed })); };
  const send = useMutation({
    mutationFn: () => requestException({ body: requestOf(draft, now) }, { idempotencyKey: key }),
    onSuccess: async (exception) => {
      await queryClient.invalidateQueries({ queryKey: [listExceptions.id] });
      onDone(exception);
    },
  });
  const [isTried, setIsTried] = useState(false);
  const { close, question } = useCarefulClose(isOtherDraft(draft, begun), onClose);
  const isVague = !saysWhat(draft);
  const submit = () => {
    setIsTried(true);
    if (!isVague) send.mutate();
  };
  return (
    <Modal isOpen variant="medium" onClose={close} aria-labelledby={`${id}-title`}>
      <ModalHeader title={t('title')} labelId={`${id}-title`} description={t('text')} />
      <ModalBody>
        <Refused error={send.error}>
          {send.error && <Problem error={send.error} />}
          <form id={`${id}-form`} className="bh-form" onSubmit={(event) => { event.preventDefault(); submit(); }}>
            <What draft={draft} onDraft={change} error={isTried && isVague ? t('what.missing') : null} />
            <Where draft={draft} onDraft={change} hasDigest={Boolean(prefill.digest)} />
            <Matches draft={draft} now={now} />
            <LongText member="reason" label={t('reason')} help={t('reason.help')} isRequired minLength={10} maxLength={4000} value={draft.reason} onValue={(reason) => { change({ reason }); }} />
            <Until draft={draft} onDraft={change} now={now} />
            <div className="bh-form-row">
              <Field member="owner" label={t('owner')} help={t('owner.help')} isRequired value={draft.owner} onValue={(owner) => { change({ owner }); }} />
              <Field member="name" label={t('name')} help={t('name.help')} isRequired maxLength={200} value={draft.name} onValue={(name) => { change({ name }); }} />
            </div>
            <ForPolicy draft={draft} onDraft={change} />
          </form>
        </Refused>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={`${id}-form`} isLoading={send.isPending} isDisabled={send.isPending}>{t('submit')}</Button>
        <Button variant="link" onClick={onClose}>{t('cancel')}</Button>
      </ModalFooter>
      {question}
    </Modal>
  );
}

function What({ draft, onDraft, error }: PartProps & { error: string | null }) {
  const t = useMessages(messages);
  const kinds: { value: FindingKind | ''; label: string }[] = [{ value: '', label: t('kind.any') }, ...FINDING_KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))];
  return (
    <>
      <LongText member="ids" label={t('ids')} help={t('ids.help')} error={error} isCode rows={2} value={draft.ids} onValue={(ids) => { onDraft({ ids }); }} />
      <div className="bh-form-row">
        <Choice member="kind" label={t('kind')} value={draft.kind} choices={kinds} onValue={(kind) => { onDraft({ kind }); }} />
        <Field member="package" label={t('package')} help={t('package.help')} spellCheck={false} value={draft.packageName} onValue={(packageName) => { onDraft({ packageName }); }} />
        <Field member="path" label={t('path')} help={t('path.help')} spellCheck={false} value={draft.path} onValue={(path) => { onDraft({ path }); }} />
      </div>
    </>
  );
}
