import { Modal as Plain } from '@patternfly/react-core/dist/esm/components/Modal';
import type { ComponentProps } from 'react';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { messages } from '../messages';

type ModalProps = Omit<ComponentProps<typeof Plain>, 'onClose' | 'ref'> & { onClose?: () => void };

/**
 * PatternFly's dialog, with a button that closes it in the reader's language: its own one says "Close" in English alone. It may
 * be a child of a form, as React tells events: what is sent in the dialog is not sent of that.
 */
export function Modal({ onClose, children, ...props }: ModalProps) {
  const t = useMessages(messages);
  return (
    <Plain {...(onClose ? { onEscapePress: onClose } : {})} onSubmit={(event) => { event.stopPropagation(); }} {...props}>
      {onClose && (
        <div className="pf-v6-c-modal-box__close">
          <button type="button" className="bh-icon-button" aria-label={t('close')} onClick={onClose}><Icon name="close" /></button>
        </div>
      )}
      {children}
    </Plain>
  );
}
