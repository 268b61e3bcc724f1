import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { setUp, showSetup } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { noteSessionBegan } from '../../client/session';
import { meQuery } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { Field } from '../../parts/Field';
import { Refused } from '../../parts/field/Refused';
import { OutsidePage } from '../../parts/OutsidePage';
import { Button, Form } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { messages } from './messages';

/** The first user, made with the link that the server printed. Its secret stands behind `#`, which browsers never send. */
export function SetupPage() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const fragment = useLocation({ select: (location) => location.hash });
  const { token }: Search = useSearch({ strict: false });
  const fromLink = fragment || (token ?? '');
  const [typed, setTyped] = useState('');
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const [repeat, setRepeat] = useState('');
  const [isTried, setIsTried] = useState(false);
  const setup = useQuery(queryOf(showSetup, {}));
  const create = useMutation({
    mutationFn: () => setUp({ body: { secret: fromLink || typed.trim(), name, password } }),
    onSuccess: async (me) => {
      queryClient.clear();
      queryClient.setQueryData(meQuery.queryKey, me);
      noteSessionBegan();
      await navigate({ to: '/', replace: true, ignoreBlocker: true });
    },
  });
  const differs = isTried && password !== repeat;
  const submit = () => {
    setIsTried(true);
    if (password === repeat) create.mutate();
  };
  if (setup.data && !setup.data.is_needed) {
    return (
      <OutsidePage title={t('title')}>
        <p>{t('done')}</p>
        <p><Link to="/login">{t('to.login')}</Link></p>
      </OutsidePage>
    );
  }
  return (
    <OutsidePage title={t('title')}>
      <p>{t('text')}</p>
      <Refused error={create.error}>
        {create.error && <Problem error={create.error} />}
        <Form onSubmit={(event) => { event.preventDefault(); submit(); }}>
          {fromLink === '' && (
            <Field member="secret" label={t('secret')} help={t('secret.help')} type="password" autoComplete="off" isRequired value={typed} onValue={setTyped} />
          )}
          <Field member="name" label={t('name')} help={t('name.help')} name="username" autoComplete="username" isRequired value={name} onValue={setName} />
          <Field member="password" label={t('password')} help={t('password.help')} name="password" type="password" autoComplete="new-password" minLength={12} isRequired value={password} onValue={setPassword} />
          <Field label={t('repeat')} error={differs ? t('repeat.differs') : null} type="password" autoComplete="new-password" isRequired value={repeat} onValue={setRepeat} />
          <Button type="submit" isBlock isLoading={create.isPending} isDisabled={create.isPending}>{t('submit')}</Button>
        </Form>
      </Refused>
    </OutsidePage>
  );
}
