import { Modal as Plain } from '@patternfly/react-core/dist/esm/components/Modal';
import { useEffect, useRef, type ComponentProps } from 'react';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { messages } from '../messages';

type ModalProps = Omit<ComponentProps<typeof Plain>, 'onClose' | 'ref'> & { onClose?: () => void };

/**
 * PatternFly's dialog, with a button that closes it in the reader's language: its own one says "Close" in English alone. It begins
 * at its first field, where it has one: on the button that closes it, Enter would take away what was just opened. It may be a
 * child of a form, as React tells events: what is sent in the dialog is not sent of that.
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
      {props.elementToFocus === undefined && <FirstField />}
    </Plain>
  );
}

/** What can be filled in, and is to be seen. */
const FIELDS = ['input:not([type="hidden"], [readonly])', 'textarea:not([readonly])', 'select'].map((one) => `${one}:not([hidden], [tabindex="-1"], :disabled)`).join(', ');

/** Leads the focus of the dialog that it stands in to its first field. */
function FirstField() {
  const marker = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    // Once this dialog holds the focus, and no longer the one that it may lie over; before it takes it where it likes.
    const timer = setTimeout(() => {
      const box = marker.current?.closest('[role="dialog"]');
      if (!box || box.contains(document.activeElement)) return;
      const fields = [...box.querySelectorAll<HTMLElement>('*')].filter((one) => one.matches(FIELDS));
      // Of one of several the chosen one stands for all.
      const chosen = fields.find((field) => field.matches('[type="radio"]:checked'));
      (fields[0]?.matches('[type="radio"]') ? (chosen ?? fields[0]) : fields[0])?.focus();
    });
    return () => { clearTimeout(timer); };
  }, []);
  return <span ref={marker} hidden />;
}
