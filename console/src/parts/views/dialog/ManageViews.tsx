import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { SavedView } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { Icon } from '../../icons';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '../../pf';
import { Problem } from '../../Problem';
import { messages } from './messages';
import { removeView, renameView } from './change';

/** Renames and removes the views of a list, each at once. */
export default function ManageViews({ views, onClose }: { views: readonly SavedView[]; onClose: () => void }) {
  const t = useMessages(messages);
  const id = useId();
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={t('manage.title')} labelId={`${id}-title`} />
      <ModalBody>
        {views.length === 0 && <p>{t('none')}</p>}
        <ul className="bh-views" role="list">
          {views.map((view) => <View key={view.id} view={view} />)}
        </ul>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{t('manage.done')}</Button>
      </ModalFooter>
    </Modal>
  );
}

function View({ view }: { view: SavedView }) {
  const t = useMessages(messages);
  const [name, setName] = useState(view.name);
  const wanted = name.trim();
  const rename = useMutation({ mutationFn: () => renameView(view, wanted) });
  const remove = useMutation({ mutationFn: () => removeView(view) });
  const error = rename.error ?? remove.error;
  return (
    <li>
      <form className="bh-view" onSubmit={(event) => { event.preventDefault(); if (wanted !== '' && wanted !== view.name) rename.mutate(); }}>
        <TextInput value={name} maxLength={100} aria-label={t('rename.label', { name: view.name })} onChange={(_, next) => { setName(next); }} />
        <Button type="submit" variant="secondary" isLoading={rename.isPending} isDisabled={rename.isPending || wanted === '' || wanted === view.name}>{t('rename')}</Button>
        <button type="button" className="bh-icon-button" disabled={remove.isPending} aria-label={t('remove', { name: view.name })} title={t('remove', { name: view.name })} onClick={() => { remove.mutate(); }}>
          <Icon name="close" />
        </button>
      </form>
      {error && <Problem error={error} />}
    </li>
  );
}
