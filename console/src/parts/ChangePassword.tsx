import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../client/cache';
import { changePassword, type Me } from '../client/generated';
import { useMessages } from '../i18n/language';
import { Field } from './Field';
import { Refused } from './field/Refused';
import { messages } from './messages';
import { OutsidePage } from './OutsidePage';
import { Button, Form } from './pf';
import { Problem } from './Problem';

/** The page for whoever got a password from somebody else: nothing else is shown before it is changed. */
export function ForcedPasswordChange({ me }: { me: Me }) {
  const t = useMessages(messages);
  return (
    <OutsidePage title={t('password.title')}>
      <p>{t('password.forced')}</p>
      <PasswordForm name={me.name} onDone={() => void queryClient.invalidateQueries()} />
    </OutsidePage>
  );
}

/** One's own new password. */
export function PasswordForm({ name, onDone }: { name: string; onDone: () => void }) {
  const t = useMessages(messages);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeat, setRepeat] = useState('');
  const [isTried, setIsTried] = useState(false);
  const change = useMutation({ mutationFn: () => changePassword({ body: { current, new: next } }), onSuccess: onDone });
  const differs = isTried && next !== repeat;
  const submit = () => {
    setIsTried(true);
    if (next === repeat) change.mutate();
  };
  return (
    <Refused error={change.error}>
      <Form onSubmit={(event) => { event.preventDefault(); submit(); }}>
        {change.error && <Problem error={change.error} />}
        <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
        <Field member="current" label={t('password.current')} type="password" autoComplete="current-password" isRequired value={current} onValue={setCurrent} />
        <Field member="new" label={t('password.new')} help={t('password.help')} type="password" autoComplete="new-password" minLength={12} isRequired value={next} onValue={setNext} />
        <Field label={t('password.repeat')} error={differs ? t('password.differs') : null} type="password" autoComplete="new-password" isRequired value={repeat} onValue={setRepeat} />
        <Button type="submit" isLoading={change.isPending} isDisabled={change.isPending}>{t('password.submit')}</Button>
      </Form>
    </Refused>
  );
}
