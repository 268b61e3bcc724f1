import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../client/cache';
import { hasCode } from '../client/failure';
import { logIn } from '../client/generated';
import { useMessages } from '../i18n/language';
import { Field } from '../parts/Field';
import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from '../parts/pf';
import { Problem } from '../parts/Problem';
import { messages } from './messages';

/** A session that ended while a page is open: signing in again lies over it, and what was typed stays. */
export function SessionDialog({ name, onSignedIn }: { name: string; onSignedIn: () => void }) {
  const t = useMessages(messages);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const signIn = useMutation({
    mutationFn: () => logIn({ body: { name, password, ...(code === '' ? {} : { code }) } }),
    onSuccess: () => {
      onSignedIn();
      return queryClient.invalidateQueries();
    },
  });
  const needsCode = code !== '' || hasCode(signIn.error, 'access.second_factor_needed');
  return (
    // The first field is the hidden one, which cannot take the focus: it would stay in a dialog behind this one.
    <Modal isOpen variant="small" aria-labelledby="session-title" elementToFocus="#session-form input[type=password]">
      <ModalHeader title={t('session.title')} labelId="session-title" />
      <ModalBody>
        <p ref={beAlone}>{t('session.text')}</p>
        {signIn.error && <Problem error={signIn.error} />}
        <Form id="session-form" onSubmit={(event) => { event.preventDefault(); signIn.mutate(); }}>
          <input type="text" name="username" autoComplete="username" value={name} readOnly hidden tabIndex={-1} />
          <Field label={t('session.password', { name })} type="password" autoComplete="current-password" isRequired autoFocus value={password} onValue={setPassword} />
          {needsCode && <Field label={t('session.code')} inputMode="numeric" autoComplete="one-time-code" value={code} onValue={setCode} />}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="session-form" variant="primary" isLoading={signIn.isPending} isDisabled={signIn.isPending}>{t('session.submit')}</Button>
        <Button variant="link" onClick={() => { location.assign('/login'); }}>{t('session.other')}</Button>
      </ModalFooter>
    </Modal>
  );
}

/** A password is asked for: whatever is behind, another dialog too, gets neither the focus nor a key of it. */
function beAlone(part: HTMLElement | null): (() => void) | undefined {
  const all = [...document.body.children];
  const own = all.find((one) => one.contains(part));
  if (!own) return;
  const others = all.filter((one) => one !== own && !one.hasAttribute('inert'));
  for (const one of others) one.setAttribute('inert', '');
  // A dialog hides what is beside it from screen readers whenever it is drawn, and Escape closes each that hears of it.
  const show = () => { own.removeAttribute('aria-hidden'); };
  const observer = new MutationObserver(show);
  observer.observe(own, { attributes: true, attributeFilter: ['aria-hidden'] });
  show();
  const keep = (event: Event) => {
    if ((event as KeyboardEvent).key === 'Escape') event.stopPropagation();
  };
  own.addEventListener('keydown', keep);
  return () => {
    observer.disconnect();
    own.removeEventListener('keydown', keep);
    for (const one of others) one.removeAttribute('inert');
  };
}
