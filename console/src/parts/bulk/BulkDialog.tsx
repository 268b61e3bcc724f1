import { useId, type ReactNode } from 'react';
import { shownError } from '../../client/confirmation';
import { useMessages } from '../../i18n/language';
import { Refused } from '../field/Refused';
import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from '../pf';
import { Problem } from '../Problem';
import { messages } from './messages';
import { countOf } from './parts';
import type { Bulk } from './useBulk';

interface BulkDialogProps {
  title: string;
  /** The word on the button that does it. */
  action: string;
  isDanger?: boolean;
  isWide?: boolean;
  bulk: Bulk;
  onClose: () => void;
  /** Instead of that, of the button that says so. */
  onCancel?: () => void;
  /** What it does, what the preview tells, and what has to be given for it. */
  children: ReactNode;
}

/** Asks before the same is done to many: how many they are, and once more where that number has moved. */
export function BulkDialog({ title, action, isDanger = false, isWide = false, bulk, onClose, onCancel = onClose, children }: BulkDialogProps) {
  const t = useMessages(messages);
  const id = useId();
  const error = shownError(bulk.error);
  const count = countOf(bulk.parts);
  return (
    <Modal isOpen variant={isWide ? 'medium' : 'small'} onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={title} labelId={`${id}-title`} />
      <ModalBody>
        <Refused error={error}>
          <form id={`${id}-form`} className="bh-dialog-form" onSubmit={(event) => { event.preventDefault(); bulk.begin(); }}>
            {error && <Problem error={error} />}
            {bulk.moved && <Alert role="alert" variant="warning" isInline title={t(bulk.moved.isLeast ? 'moved.least' : 'moved', { before: bulk.moved.before, now: bulk.moved.now })}>{t('moved.text')}</Alert>}
            <p role="status"><strong>{t(bulk.parts.some(({ isLeast }) => isLeast) ? 'count.least' : 'count', { count })}</strong></p>
            {children}
            <p className="bh-quiet">{t('rights')}</p>
          </form>
        </Refused>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={`${id}-form`} variant={isDanger ? 'danger' : 'primary'} isLoading={bulk.isPending} isDisabled={bulk.isPending || count === 0}>{action}</Button>
        <Button variant="link" onClick={onCancel}>{t('cancel')}</Button>
      </ModalFooter>
    </Modal>
  );
}
