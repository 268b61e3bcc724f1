import { useState } from 'react';
import { useMessages } from '../i18n/language';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '../parts/pf';
import { Tick } from '../parts/Tick';
import { messages } from './messages';
import { preference, savePreference } from './preferences';
import { useShortcuts } from './shortcuts';

/** The keys that do something on the page that is shown. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const t = useMessages(messages);
  const shortcuts = useShortcuts();
  const [areOn, setAreOn] = useState(preference('shortcuts') !== 'off');
  const choose = (on: boolean) => {
    savePreference('shortcuts', on ? 'on' : 'off');
    setAreOn(on);
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="keys-title">
      <ModalHeader title={t('keys.title')} labelId="keys-title" />
      <ModalBody>
        <dl className="bh-keys">
          {shortcuts.map((shortcut) => (
            <div key={shortcut.keys}>
              <dt>
                {shortcut.keys.split(' ').map((key, at) => (
                  <span key={key}>
                    {at > 0 && <> {t('keys.then')} </>}
                    <kbd>{key}</kbd>
                  </span>
                ))}
              </dt>
              <dd>{shortcut.says}</dd>
            </div>
          ))}
        </dl>
        <Tick label={t('keys.off')} isChecked={areOn} onChecked={choose} help={t('keys.off.help')} />
      </ModalBody>
      <ModalFooter>
        <Button variant="primary" onClick={onClose}>{t('keys.close')}</Button>
      </ModalFooter>
    </Modal>
  );
}
