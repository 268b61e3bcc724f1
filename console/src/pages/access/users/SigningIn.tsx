import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../../client/cache';
import { confirmed, shownError } from '../../../client/confirmation';
import { endSessions, listUsers, resetPassword, showUser, type User } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { Confirm } from '../../../parts/Confirm';
import { Button } from '../../../parts/pf';
import { ShownOnce } from '../../../parts/ShownOnce';
import { Tick } from '../../../parts/Tick';
import { messages } from './messages';

/** What an administrator does for somebody who cannot, or shall not any more, sign in as they did. */
export function SigningIn({ user }: { user: User }) {
  const t = useMessages(messages);
  const [asked, setAsked] = useState<'sessions' | 'reset' | null>(null);
  const [removesFactor, setRemovesFactor] = useState(false);
  const path = { id: user.id };
  const close = () => { setAsked(null); };
  const end = useMutation({ mutationFn: () => endSessions({ path }), onSuccess: close });
  const reset = useMutation({
    mutationFn: () => confirmed(() => resetPassword({ path, body: { removes_second_factor: removesFactor } })),
    onSuccess: async () => {
      close();
      await queryClient.invalidateQueries({ queryKey: [showUser.id] });
      await queryClient.invalidateQueries({ queryKey: [listUsers.id] });
    },
  });
  return (
    <section className="bh-section">
      <h2>{t('signing_in')}</h2>
      <div className="bh-actions">
        <Button variant="secondary" onClick={() => { end.reset(); setAsked('sessions'); }}>{t('sessions.end')}</Button>
        <Button variant="secondary" onClick={() => { reset.reset(); setAsked('reset'); }}>{t('reset')}</Button>
        <span role="status">{end.data ? t('sessions.ended', { count: end.data.ended }) : ''}</span>
      </div>
      {asked === 'sessions' && (
        <Confirm title={t('sessions.end')} action={t('sessions.end')} isPending={end.isPending} error={end.error} onConfirm={() => { end.mutate(); }} onCancel={close}>
          <p>{t('sessions.text', { name: user.name })}</p>
        </Confirm>
      )}
      {asked === 'reset' && (
        <Confirm title={t('reset')} action={t('reset')} isDanger isPending={reset.isPending} error={shownError(reset.error)} onConfirm={() => { reset.mutate(); }} onCancel={close}>
          <p>{t('reset.text')}</p>
          {user.has_second_factor && <Tick label={t('reset.second_factor')} help={t('reset.second_factor.help')} isChecked={removesFactor} onChecked={setRemovesFactor} />}
        </Confirm>
      )}
      {reset.data && <ShownOnce title={t('reset.done', { name: user.name })} text={t('created.text')} secret={reset.data.password} onClose={reset.reset} />}
    </section>
  );
}
