import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { later } from '../../frame/later';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { messages } from './messages';
import type { Prefill } from './terms';

const ExceptionDialog = later(() => import('./ExceptionDialog'));

/** Asks for an exception for what stands beside it; absent where one may not ask. */
export function ExceptButton({ prefill, what }: { prefill: Prefill; what?: string }) {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const [isOpen, setIsOpen] = useState(false);
  if (!useMay('exceptions.write')) return null;
  return (
    <>
      <button type="button" className="bh-link-button" aria-label={what ? t('open.what', { what }) : undefined} onClick={() => { setIsOpen(true); }}>
        <Icon name="excepted" />
        <span>{t('open')}</span>
      </button>
      {isOpen && (
        <ExceptionDialog
          prefill={prefill}
          onClose={() => { setIsOpen(false); }}
          onDone={(exception) => void navigate({ to: '/exceptions/$id', params: { id: exception.id }, ignoreBlocker: true })}
        />
      )}
    </>
  );
}
