// The fields of each type of credential.
import { useMessages } from '../../i18n/language';
import { Choice, LongText } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { Alert } from '../../parts/pf';
import { credentialsOf, isAmbient, regionOf, type CredentialType } from './credentials';
import type { Draft } from './draft';
import { messages } from './messages';

interface CredentialFieldsProps {
  draft: Draft;
  onDraft: (change: Partial<Draft>) => void;
  /** Whether the server has one already. */
  hasCredential: boolean;
}

/** How the registry is asked: the type, what belongs to it, and what it is good for. */
export function CredentialFields({ draft, onDraft, hasCredential }: CredentialFieldsProps) {
  const t = useMessages(messages);
  const words: readonly CredentialType[] = [...(hasCredential ? (['keep'] as const) : []), ...credentialsOf(draft.kind)];
  return (
    <>
      <Choice
        member="credential"
        label={t('field.credential')}
        help={t(`help.credential.${draft.credential}`)}
        value={draft.credential}
        choices={words.map((value) => ({ value, label: t(`credential.${value}`) }))}
        // What was typed for one type is not sent as another one.
        onValue={(credential) => { onDraft({ credential, secret: '', sessionToken: '' }); }}
      />
      {isAmbient(draft.credential) && <Alert variant="info" isInline title={t('credential.ambient')}>{t('credential.ambient.text')}</Alert>}
      <OfType draft={draft} onDraft={onDraft} />
    </>
  );
}

function OfType({ draft, onDraft }: Omit<CredentialFieldsProps, 'hasCredential'>) {
  const t = useMessages(messages);
  const secret = (label: string) => (
    <Field label={label} help={t('help.secret')} type="password" autoComplete="new-password" isRequired value={draft.secret} onValue={(value) => { onDraft({ secret: value }); }} />
  );
  const word = (field: 'user' | 'accessKey' | 'tenant' | 'clientId') => (
    <Field member={field === 'tenant' ? 'credential.tenant' : undefined} label={t(`field.${field}`)} isRequired autoComplete="off" autoCapitalize="none" spellCheck={false} value={draft[field]} onValue={(value) => { onDraft({ [field]: value }); }} />
  );
  switch (draft.credential) {
    case 'keep':
    case 'none':
    case 'google_ambient':
      return null;
    case 'password':
      return <>{word('user')}{secret(t('field.password'))}</>;
    case 'token':
    case 'refresh_token':
      return secret(t('field.token'));
    case 'aws_keys':
      return (
        <>
          <div className="bh-form-row">{word('accessKey')}{secret(t('field.secretKey'))}</div>
          <Field label={t('field.sessionToken')} help={t('help.sessionToken')} type="password" autoComplete="new-password" value={draft.sessionToken} onValue={(sessionToken) => { onDraft({ sessionToken }); }} />
          <OfAws draft={draft} onDraft={onDraft} />
        </>
      );
    case 'aws_ambient':
      return <OfAws draft={draft} onDraft={onDraft} />;
    case 'google_key':
      return <KeyFile draft={draft} onDraft={onDraft} />;
    case 'azure_secret':
      return <><div className="bh-form-row">{word('tenant')}{word('clientId')}</div>{secret(t('field.clientSecret'))}</>;
  }
}

/** Where, and as which role. */
function OfAws({ draft, onDraft }: Omit<CredentialFieldsProps, 'hasCredential'>) {
  const t = useMessages(messages);
  const told = regionOf(draft.address);
  return (
    <>
      <Field
        member="credential.region"
        label={t('field.region')}
        help={told === null ? t('help.region') : t('help.region.told', { region: told })}
        isRequired={told === null}
        placeholder={told ?? 'eu-west-1'}
        spellCheck={false}
        autoCapitalize="none"
        value={draft.region}
        onValue={(region) => { onDraft({ region }); }}
      />
      <div className="bh-form-row">
        <Field member="credential.role.arn" label={t('field.roleArn')} help={t('help.roleArn')} placeholder="arn:aws:iam::123456789012:role/scan" spellCheck={false} autoCapitalize="none" value={draft.roleArn} onValue={(roleArn) => { onDraft({ roleArn }); }} />
        {draft.roleArn.trim() !== '' && <Field label={t('field.externalId')} help={t('help.externalId')} spellCheck={false} autoComplete="off" value={draft.externalId} onValue={(externalId) => { onDraft({ externalId }); }} />}
      </div>
    </>
  );
}

/** The key file of a service account: read from a file, or put in as text. */
function KeyFile({ draft, onDraft }: Omit<CredentialFieldsProps, 'hasCredential'>) {
  const t = useMessages(messages);
  const read = (file: File | undefined) => { void file?.slice(0, LONGEST_KEY_BYTES).text().then((secret) => { onDraft({ secret }); }); };
  return (
    <>
      <LongText member="credential.key" label={t('field.keyFile')} help={t('help.keyFile')} isRequired isCode rows={6} placeholder='{ "type": "service_account", … }' value={draft.secret} onValue={(secret) => { onDraft({ secret }); }} />
      <label className="bh-file">
        <span>{t('field.keyFile.read')}</span>
        <input type="file" accept=".json,application/json" onChange={(event) => { read(event.target.files?.[0]); }} />
      </label>
    </>
  );
}

/** As the server takes it at most. */
const LONGEST_KEY_BYTES = 32 * 1024;
