import { useId, type ReactNode } from 'react';
import { useMessages } from '../i18n/language';
import { Refused } from './field/Refused';
import { useRefusedLabel } from './field/refused';
import { messages } from './messages';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from './pf';
import { Problem } from './Problem';

interface ConfirmProps {
  title: string;
  /** The word on the button that does it. */
  action: string;
  isDanger?: boolean;
  isPending?: boolean;
  /** It cannot be done, which the text says why. */
  isImpossible?: boolean;
  error?: Error | null;
  onConfirm: () => void;
  onCancel: () => void;
  /** Where the focus goes, as a selector, where that is not the first thing that can have it. */
  focus?: string;
  /** What it will do, and whatever has to be given for it. */
  children: ReactNode;
}

/** Asks before something is done, and stays until it is done or was refused. */
export function Confirm({ title, action, isDanger = false, isPending = false, isImpossible = false, error, onConfirm, onCancel, focus, children }: ConfirmProps) {
  const t = useMessages(messages);
  const id = useId();
  return (
    <Modal isOpen variant="small" onClose={onCancel} aria-labelledby={`${id}-title`} {...(focus === undefined ? {} : { elementToFocus: focus })}>
      <ModalHeader title={title} labelId={`${id}-title`} />
      <ModalBody>
        <Refused error={error}>
          <Untold error={error} />
          <form id={`${id}-form`} className="bh-confirm" onSubmit={(event) => { event.preventDefault(); onConfirm(); }}>{children}</form>
        </Refused>
      </ModalBody>
      <ModalFooter>
        {!isImpossible && <Button type="submit" form={`${id}-form`} variant={isDanger ? 'danger' : 'primary'} isLoading={isPending} isDisabled={isPending}>{action}</Button>}
        {/* Where nothing can be done there is nothing to cancel. */}
        <Button variant="link" onClick={onCancel}>{t(isImpossible ? 'close' : 'cancel')}</Button>
      </ModalFooter>
    </Modal>
  );
}

/** What went wrong, unless a field of the dialog tells it: twice in so little room is once too often. */
function Untold({ error }: { error: Error | null | undefined }) {
  const label = useRefusedLabel(error);
  return error && label === undefined ? <Problem error={error} /> : null;
}
