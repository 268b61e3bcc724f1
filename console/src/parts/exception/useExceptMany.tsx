import { useMemo, useState, type ReactNode } from 'react';
import { later } from '../../frame/later';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import type { BulkAction, Selection } from '../table/definition';
import { messages } from './messages';

const ExceptManyDialog = later(() => import('./ExceptManyDialog'));

/** Asking for exceptions for many vulnerabilities: the action of their list, and its dialog. */
export function useExceptMany(): { actions: readonly BulkAction[]; dialog: ReactNode } {
  const t = useMessages(messages);
  const may = useMay('exceptions.write');
  const [asked, setAsked] = useState<{ selection: Selection; clear: () => void } | null>(null);
  const actions = useMemo(() => (may ? [{ id: 'except', label: t('many'), shortcut: 'x', run: (selection: Selection, clear: () => void) => { setAsked({ selection, clear }); } }] : []), [t, may]);
  const dialog = asked && <ExceptManyDialog {...asked} onClose={() => { setAsked(null); }} />;
  return { actions, dialog };
}
