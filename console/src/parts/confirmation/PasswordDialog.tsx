import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useQuestion, type Question } from '../../client/confirmation';
import { confirm } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { Confirm } from '../Confirm';
import { Field } from '../Field';
import { messages } from './messages';

/** Asks for one's password where the server wants it again. */
export function PasswordDialog({ name }: { name: string }) {
  const question = useQuestion();
  return question && <Asking question={question} name={name} />;
}

function Asking({ question, name }: { question: Question; name: string }) {
  const t = useMessages(messages);
  const [password, setPassword] = useState('');
  const give = useMutation({ mutationFn: () => confirm({ body: { password } }), onSuccess: question.done });
  return (
    // It lies over the dialog that it is asked for.
    <Confirm focus="[data-confirmation]" title={t('title')} action={t('action')} isPending={give.isPending} error={give.error} onConfirm={() => { give.mutate(); }} onCancel={question.giveUp}>
      <p>{t('text')}</p>
      <input type="text" name="username" autoComplete="username" value={name} readOnly hidden tabIndex={-1} />
      <Field member="password" label={t('password', { name })} type="password" autoComplete="current-password" isRequired autoFocus data-confirmation="" value={password} onValue={setPassword} />
    </Confirm>
  );
}
