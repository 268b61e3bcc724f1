import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { queryClient } from '../../client/cache';
import { hasCode } from '../../client/failure';
import { logIn, showSetup } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { noteSessionBegan, onOtherTab } from '../../client/session';
import { meQuery } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { Field } from '../../parts/Field';
import { OutsidePage } from '../../parts/OutsidePage';
import { Button, Form } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { messages } from './messages';
import { placeAfterLogin } from './place';

/** Signing in; afterwards the reader is where they wanted to be. */
export function LoginPage() {
  const t = useMessages(messages);
  const router = useRouter();
  const { next }: Search = useSearch({ strict: false });
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const setup = useQuery(queryOf(showSetup, {}));
  useEffect(() => onOtherTab((tidings) => {
    if (tidings !== 'began') return;
    // Signed in by another tab: there is nothing to ask here any more.
    queryClient.clear();
    router.history.push(placeAfterLogin(next));
  }), [next, router]);
  const signIn = useMutation({
    mutationFn: () => logIn({ body: { name, password, ...(code === '' ? {} : { code }) } }),
    onSuccess: (me) => {
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, me);
      noteSessionBegan();
      router.history.push(placeAfterLogin(next));
    },
  });
  const needsCode = code !== '' || hasCode(signIn.error, 'access.second_factor_needed');
  return (
    <OutsidePage title={t('title')}>
      {setup.data?.is_needed && <p>{t('setup')}</p>}
      {signIn.error && <Problem error={signIn.error} />}
      <Form onSubmit={(event) => { event.preventDefault(); signIn.mutate(); }}>
        <Field label={t('name')} name="username" autoComplete="username" isRequired autoFocus value={name} onValue={setName} />
        <Field label={t('password')} name="password" type="password" autoComplete="current-password" isRequired value={password} onValue={setPassword} />
        {needsCode && (
          <Field label={t('code')} help={t('code.help')} inputMode="numeric" autoComplete="one-time-code" autoFocus value={code} onValue={setCode} />
        )}
        <Button type="submit" isBlock isLoading={signIn.isPending} isDisabled={signIn.isPending}>{t('submit')}</Button>
      </Form>
    </OutsidePage>
  );
}
