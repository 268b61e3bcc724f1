import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { Failure, hasCode } from '../../client/failure';
import { approveException, listExceptions, refuseException, showException, withdrawException } from '../../client/generated';
import { useMe } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { quotedPermission } from '../../i18n/permissions/permissions';
import { sayProblem } from '../../i18n/problems';
import { LongText } from '../../parts/Choice';
import { Confirm } from '../../parts/Confirm';
import { Alert, Button } from '../../parts/pf';
import { messages } from './messages';
import { rightsOf, type DecidableException } from './state';

type Asked = 'approve' | 'refuse' | 'withdraw';

const OPERATIONS = { approve: approveException, refuse: refuseException, withdraw: withdrawException } as const;

/** What the reader may decide of an exception; where they may not, why not. */
export function Decision({ exception, etag }: { exception: DecidableException; etag: string | null }) {
  const t = useMessages(messages);
  const format = useFormat();
  const rights = rightsOf(exception, useMe());
  const [asked, setAsked] = useState<Asked | null>(null);
  const [comment, setComment] = useState('');
  const decide = useMutation({
    mutationFn: (what: Asked) => OPERATIONS[what]({ path: { id: exception.id }, body: { comment } }, { ifMatch: etag }),
    onSuccess: async () => {
      setAsked(null);
      await queryClient.invalidateQueries({ queryKey: [showException.id] });
      await queryClient.invalidateQueries({ queryKey: [listExceptions.id] });
    },
    // What somebody else decided meanwhile is shown behind the dialog.
    onError: async (error) => {
      if (hasCode(error, 'object.changed') || hasCode(error, 'object.state')) await queryClient.invalidateQueries({ queryKey: [showException.id] });
    },
  });
  const ask = (what: Asked) => { decide.reset(); setComment(''); setAsked(what); };
  const explanation =
    rights.why === 'own' ? t('why.own')
    : rights.why === 'permission' ? t('why.permission', { permission: quotedPermission('exceptions.approve', format) })
    : rights.why === 'blocked' ? sayProblem(new Failure(403, exception.blocked ?? '', {}, '', null), format)
    : null;
  return (
    <>
      {explanation && <Alert variant="info" isInline isPlain title={explanation} />}
      {(rights.mayApprove || rights.mayRefuse || rights.mayWithdraw) && (
        <div className="bh-actions">
          {rights.mayApprove && <Button onClick={() => { ask('approve'); }}>{t('approve')}</Button>}
          {rights.mayRefuse && <Button variant="secondary" onClick={() => { ask('refuse'); }}>{t('refuse')}</Button>}
          {rights.mayWithdraw && <Button variant="link" isDanger onClick={() => { ask('withdraw'); }}>{t('withdraw')}</Button>}
        </div>
      )}
      {asked && (
        <Confirm
          title={t(`${asked}.title`)}
          action={t(asked)}
          isDanger={asked !== 'approve'}
          isPending={decide.isPending}
          error={decide.error}
          onConfirm={() => { decide.mutate(asked); }}
          onCancel={() => { setAsked(null); }}
        >
          <p>{t(`${asked}.text`)}</p>
          <LongText label={t('comment')} help={t('comment.help')} isRequired={asked !== 'approve'} maxLength={4000} value={comment} onValue={setComment} />
        </Confirm>
      )}
    </>
  );
}
