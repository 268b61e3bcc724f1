import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { queryClient } from '../../client/cache';
import { listOwnJobs } from '../../client/generated';
import { idempotencyKey } from '../../client/transport';
import { useMessages } from '../../i18n/language';
import { CopyButton } from '../CopyButton';
import { HostileText } from '../HostileText';
import { useOwnJobs } from '../job/ownJobs';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '../pf';
import { Problem } from '../Problem';
import type { Asked, Export } from '../table/definition';
import { messages } from './messages';

interface ExportDialogProps {
  exports: readonly Export[];
  asked: Asked;
  onClose: () => void;
}

/** Asks as what, and lets the server make the file; or sends the rows at once. */
export default function ExportDialog({ exports, asked, onClose }: ExportDialogProps) {
  const t = useMessages(messages);
  const { filter, sort } = asked;
  const id = useId();
  const { follow } = useOwnJobs();
  const [chosen, setChosen] = useState(exports[0]?.id);
  const [key] = useState(idempotencyKey);
  const way = exports.find((one) => one.id === chosen);
  const begin = useMutation({
    // Another format is another request.
    mutationFn: (one: Export) => one.begin(asked, { idempotencyKey: `${key}-${one.id}` }),
    onSuccess: (job) => {
      void queryClient.invalidateQueries({ queryKey: [listOwnJobs.id] });
      onClose();
      follow([job]);
    },
  });
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={t('title')} labelId={`${id}-title`} description={t('text')} />
      <ModalBody>
        <form id={`${id}-form`} className="bh-dialog-form" onSubmit={(event) => { event.preventDefault(); if (way) begin.mutate(way); }}>
          {begin.error && <Problem error={begin.error} />}
          <p>{t('filter')}: {filter === '' ? t('filter.none') : <code><HostileText text={filter} /></code>}</p>
          {sort !== '' && <p>{t('order')}: <code><HostileText text={sort} /></code></p>}
          <fieldset className="bh-export-formats">
            <legend>{t('format')}</legend>
            {exports.map((one) => (
              <div key={one.id}>
                <label className="bh-check">
                  <input type="radio" name="format" value={one.id} checked={one.id === chosen} aria-describedby={one.help ? `${id}-${one.id}` : undefined} onChange={() => { setChosen(one.id); }} />
                  <span>{one.label}</span>
                </label>
                {one.help && <small id={`${id}-${one.id}`} className="bh-quiet bh-check-help">{one.help}</small>}
              </div>
            ))}
          </fieldset>
          <p className="bh-quiet">{t('submit.text')}</p>
          {way && (
            <p className="bh-actions">
              <a className="bh-link-button" href={way.address(asked)} download onClick={onClose}>{t('stream')}</a>
              <CopyButton text={`curl -OJ -H "Authorization: Bearer $TOKEN" '${(location.origin + way.address(asked)).replaceAll("'", '%27')}'`} label={t('call')} />
            </p>
          )}
        </form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form={`${id}-form`} isLoading={begin.isPending} isDisabled={begin.isPending}>{t('submit')}</Button>
        <Button variant="link" onClick={onClose}>{t('cancel')}</Button>
      </ModalFooter>
    </Modal>
  );
}
