import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { listMySessions } from '../../client/generated';
import { useMe } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { PasswordForm } from '../../parts/ChangePassword';
import { Button } from '../../parts/pf';
import { messages } from './messages';

/** One's own new password. */
export function Password() {
  const t = useMessages(messages);
  const me = useMe();
  const [state, setState] = useState<'closed' | 'open' | 'done'>('closed');
  const finish = () => {
    setState('done');
    void queryClient.invalidateQueries({ queryKey: [listMySessions.id] });
  };
  return (
    <section className="bh-section">
      <h2>{t('password')}</h2>
      <p>{t('password.text')}</p>
      <p role="status">{state === 'done' ? t('password.done') : ''}</p>
      {state === 'open' ? (
        <div className="bh-form"><PasswordForm name={me.name} onDone={finish} /></div>
      ) : (
        <div className="bh-actions"><Button variant="secondary" onClick={() => { setState('open'); }}>{t('password.change')}</Button></div>
      )}
    </section>
  );
}
