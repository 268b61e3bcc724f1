import { useBlocker } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { useMessages } from '../../i18n/language';
import { Confirm } from '../Confirm';
import { messages } from './messages';

/** Asks whether what was written may go. */
export function LeaveQuestion({ onLeave, onStay }: { onLeave: () => void; onStay: () => void }) {
  const t = useMessages(messages);
  return (
    <Confirm title={t('leave.title')} action={t('leave.action')} isDanger onConfirm={onLeave} onCancel={onStay}>
      <p>{t('leave.text')}</p>
    </Confirm>
  );
}

/**
 * Closes a dialog with a draft: one that was changed asks first, by whatever key, button or step of the history it would go.
 * `question` stands beside the dialog. Navigation that ends it well passes `ignoreBlocker`.
 */
export function useCarefulClose(isChanged: boolean, onClose: () => void): { close: () => void; question: ReactNode } {
  const [isAsked, setIsAsked] = useState(false);
  const blocker = useBlocker({ shouldBlockFn: () => isChanged, enableBeforeUnload: isChanged, withResolver: true });
  const isBlocked = blocker.status === 'blocked';
  const close = () => {
    // Escape, which is meant for the question, comes to the dialog below it as well.
    if (isAsked || isBlocked) return;
    if (isChanged) setIsAsked(true);
    else onClose();
  };
  const question = isBlocked
    ? <LeaveQuestion onLeave={blocker.proceed} onStay={blocker.reset} />
    : isAsked && <LeaveQuestion onLeave={() => { setIsAsked(false); onClose(); }} onStay={() => { setIsAsked(false); }} />;
  return { close, question };
}
