import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../client/cache';
import { confirmed, shownError } from '../../client/confirmation';
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor, showMe, type SecondFactor as Begun } from '../../client/generated';
import { useMe } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { Confirm } from '../../parts/Confirm';
import { CopyButton } from '../../parts/CopyButton';
import { Field } from '../../parts/Field';
import { Refused } from '../../parts/field/Refused';
import { Icon } from '../../parts/icons';
import { Button, Form } from '../../parts/pf';
import { Problem } from '../../parts/Problem';
import { messages } from './messages';
import { QrCode } from './qr/QrCode';

/** The code of an application beside the password (RFC 6238). */
export function SecondFactor() {
  const t = useMessages(messages);
  const me = useMe();
  const begin = useMutation({ mutationFn: () => confirmed(() => beginSecondFactor({})) });
  const error = shownError(begin.error);
  return (
    <section className="bh-section">
      <h2>{t('factor')}</h2>
      <p>
        <span className={me.has_second_factor ? 'bh-mark bh-decision-allow' : 'bh-mark bh-decision-unknown'}>
          <Icon name={me.has_second_factor ? 'allow' : 'unknown'} />
          <span>{t(me.has_second_factor ? 'factor.on' : 'factor.off')}</span>
        </span>
      </p>
      {error && <Problem error={error} />}
      {me.has_second_factor && <SwitchOff name={me.name} />}
      {!me.has_second_factor && begin.data && <SwitchOn begun={begin.data} onCancel={begin.reset} />}
      {!me.has_second_factor && !begin.data && (
        <div className="bh-actions">
          <Button variant="secondary" isLoading={begin.isPending} isDisabled={begin.isPending} onClick={() => { begin.mutate(); }}>{t('factor.begin')}</Button>
        </div>
      )}
    </section>
  );
}

function SwitchOn({ begun, onCancel }: { begun: Begun; onCancel: () => void }) {
  const t = useMessages(messages);
  const [code, setCode] = useState('');
  const take = useMutation({
    mutationFn: () => confirmSecondFactor({ body: { code: code.normalize('NFKC').replaceAll(/\s/g, '') } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [showMe.id] }),
  });
  return (
    <Refused error={take.error}>
      <Form className="bh-form" onSubmit={(event) => { event.preventDefault(); take.mutate(); }}>
        <p>{t('factor.scan')}</p>
        <QrCode text={begun.uri} label={t('factor.code_image')} />
        <p>
          {t('factor.key')} <code className="bh-key">{begun.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code> <CopyButton text={begun.secret} label={t('factor.key.copy')} />
        </p>
        {take.error && <Problem error={take.error} />}
        <Field member="code" label={t('factor.code')} help={t('factor.confirm.text')} inputMode="numeric" autoComplete="one-time-code" isRequired autoFocus value={code} onValue={setCode} />
        <div className="bh-actions">
          <Button type="submit" isLoading={take.isPending} isDisabled={take.isPending}>{t('factor.confirm')}</Button>
          <Button variant="link" onClick={onCancel}>{t('factor.cancel')}</Button>
        </div>
      </Form>
    </Refused>
  );
}

function SwitchOff({ name }: { name: string }) {
  const t = useMessages(messages);
  const [isAsked, setIsAsked] = useState(false);
  const [password, setPassword] = useState('');
  const remove = useMutation({
    mutationFn: () => removeSecondFactor({ body: { password } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [showMe.id] }),
  });
  return (
    <div className="bh-actions">
      <Button variant="secondary" onClick={() => { setIsAsked(true); }}>{t('factor.remove')}</Button>
      {isAsked && (
        <Confirm
          title={t('factor.remove')}
          action={t('factor.remove')}
          isDanger
          isPending={remove.isPending}
          error={remove.error}
          onConfirm={() => { remove.mutate(); }}
          onCancel={() => { setIsAsked(false); setPassword(''); remove.reset(); }}
        >
          <p>{t('factor.remove.text')}</p>
          <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
          <Field member="password" label={t('factor.password')} type="password" autoComplete="current-password" isRequired autoFocus value={password} onValue={setPassword} />
        </Confirm>
      )}
    </div>
  );
}
