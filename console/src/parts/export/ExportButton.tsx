import { useState } from 'react';
import { later } from '../../frame/later';
import { useShortcut } from '../../frame/shortcuts';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import type { Asked, Export } from '../table/definition';
import { messages } from './messages';

const ExportDialog = later(() => import('./ExportDialog'));

/** Leads to the files that a list can be had as; `e` does too. */
export function ExportButton({ exports, asked }: { exports: readonly Export[]; asked: Asked }) {
  const t = useMessages(messages);
  const [isOpen, setIsOpen] = useState(false);
  useShortcut('e', t('open.keys'), () => { setIsOpen(true); });
  return (
    <>
      <button type="button" className="bh-link-button" onClick={() => { setIsOpen(true); }}>
        <Icon name="export" />
        <span>{t('open')}</span>
      </button>
      {isOpen && <ExportDialog exports={exports} asked={asked} onClose={() => { setIsOpen(false); }} />}
    </>
  );
}
