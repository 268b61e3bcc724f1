import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../../client/cache';
import { confirmed, shownError } from '../../../client/confirmation';
import { listScopes, type Token } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { Confirm } from '../../../parts/Confirm';
import { HostileText, visible } from '../../../parts/HostileText';
import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '../../../parts/pf';
import { Timestamp } from '../../../parts/Timestamp';
import { useAll } from '../all';
import { useAccessWords } from '../words/words';
import { messages } from './messages';
import { TokenState } from './TokenState';

interface TokenDialogProps {
  token: Token;
  /** The name of whose it is, where it is a person's. */
  owner: string | null;
  mayRevoke: boolean;
  revoke: (id: string) => Promise<unknown>;
  stale: readonly string[];
  onClose: () => void;
}

/** What one token may do, and the way to end it. */
export function TokenDialog({ token, owner, mayRevoke, revoke, stale, onClose }: TokenDialogProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const words = useAccessWords();
  const [isAsked, setIsAsked] = useState(false);
  const scopes = useAll(listScopes, useMay('access.read')).items;
  const end = useMutation({
    mutationFn: () => confirmed(() => revoke(token.id)),
    onSuccess: async () => {
      setIsAsked(false);
      onClose();
      await Promise.all(stale.map((id) => queryClient.invalidateQueries({ queryKey: [id] })));
    },
  });
  if (isAsked) {
    return (
      <Confirm title={t('revoke')} action={t('revoke')} isDanger isPending={end.isPending} error={shownError(end.error)} onConfirm={() => { end.mutate(); }} onCancel={() => { setIsAsked(false); end.reset(); }}>
        <p><b><HostileText text={token.name} /></b></p>
        <p>{t('revoke.text')}</p>
      </Confirm>
    );
  }
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="token-title">
      <ModalHeader title={visible(token.name)} labelId="token-title" />
      <ModalBody>
        <dl className="bh-facts">
          <dt>{t('state')}</dt><dd><TokenState token={token} /></dd>
          <dt>{t('owner')}</dt><dd>{token.owner ? <HostileText text={owner ?? token.owner} /> : t('owner.machine')}</dd>
          <dt>{t('permissions')}</dt><dd>{format.list(token.permissions.map(words.permission))}</dd>
          <dt>{t('scopes')}</dt><dd>{token.scopes.length === 0 ? t('everything') : format.list(token.scopes.map((id) => scopes.find((scope) => scope.id === id)?.name ?? id))}</dd>
          <dt>{t('addresses')}</dt><dd>{token.addresses.length === 0 ? t('anywhere') : <code>{token.addresses.join(', ')}</code>}</dd>
          <dt>{t('expires')}</dt><dd>{token.expires ? <Timestamp moment={token.expires} isExact /> : t('expires.never')}</dd>
          <dt>{t('last_used')}</dt><dd>{token.last_used ? <Timestamp moment={token.last_used} isExact /> : t('never')}</dd>
          <dt>{t('created')}</dt><dd><Timestamp moment={token.created} isExact /></dd>
        </dl>
      </ModalBody>
      <ModalFooter>
        {mayRevoke && !token.revoked && <Button variant="danger" onClick={() => { setIsAsked(true); }}>{t('revoke')}</Button>}
        <Button variant="link" onClick={onClose}>{t('close')}</Button>
      </ModalFooter>
    </Modal>
  );
}
