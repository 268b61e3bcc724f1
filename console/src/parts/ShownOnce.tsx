import { useMessages } from '../i18n/language';
import { CopyButton } from './CopyButton';
import { messages } from './messages';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from './pf';

interface ShownOnceProps {
  title: string;
  /** What it is and what to do with it. */
  text: string;
  secret: string;
  onClose: () => void;
}

/** A password or token that the server tells this once. Nothing but its button closes the dialog. */
export function ShownOnce({ title, text, secret, onClose }: ShownOnceProps) {
  const t = useMessages(messages);
  return (
    <Modal isOpen variant="small" aria-labelledby="once-title" onEscapePress={() => undefined}>
      <ModalHeader title={title} labelId="once-title" />
      <ModalBody>
        <p>{text}</p>
        <p className="bh-secret"><code tabIndex={0}>{secret}</code></p>
        <CopyButton text={secret} label={t('copy')} />
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>{t('once.close')}</Button>
      </ModalFooter>
    </Modal>
  );
}
