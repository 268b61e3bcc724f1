import { useMessages } from '../../i18n/language';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { Tick } from '../../parts/Tick';
import { SECURITIES, secured, type IntegrationDraft } from './draft';
import { messages } from './messages';
import { Topics } from './Topics';

const DIGESTS = [0, 60, 600, 3600, 86_400] as const;

export interface IntegrationFieldsProps {
  draft: IntegrationDraft;
  change: (change: Partial<IntegrationDraft>) => void;
  /** What is said of the secret: whether there is one, or whether it has to be given. */
  secretHelp: string;
  isSecretNeeded: boolean;
}

/** The fields that the kind of the integration has. */
export function IntegrationFields({ draft, change, secretHelp, isSecretNeeded }: IntegrationFieldsProps) {
  const t = useMessages(messages);
  const known = DIGESTS.find((seconds) => seconds === draft.digest);
  const digests = [
    ...DIGESTS.map((seconds) => ({ value: String(seconds), label: t(`digest.${seconds}`) })),
    ...(known === undefined ? [{ value: String(draft.digest), label: t('digest.other', { seconds: draft.digest }) }] : []),
  ];
  return (
    <>
      <Field member="name" label={t('name')} isRequired maxLength={100} value={draft.name} onValue={(name) => { change({ name }); }} />
      {draft.kind === 'webhook' && <Field member="target.url" label={t('url')} help={t('url.help')} type="url" isRequired spellCheck={false} value={draft.url} onValue={(url) => { change({ url }); }} />}
      {draft.kind === 'email' && <Mail draft={draft} change={change} />}
      <Field member="secret" label={t(`secret.${draft.kind}`)} help={secretHelp} type="password" autoComplete="off" isRequired={isSecretNeeded} value={draft.secret} onValue={(secret) => { change({ secret }); }} />
      <Topics draft={draft} change={change} />
      <Choice member="language" label={t('language')} value={draft.language} choices={[{ value: 'en', label: t('language.en') }, { value: 'ja', label: t('language.ja') }]} onValue={(language) => { change({ language }); }} />
      <Choice member="digest_seconds" label={t('digest')} value={String(draft.digest)} choices={digests} onValue={(seconds) => { change({ digest: Number(seconds) }); }} />
      <Field member="target.template" label={t('template')} help={t('template.help')} spellCheck={false} value={draft.template} onValue={(template) => { change({ template }); }} />
      <Tick label={t('is_enabled')} help={t('is_enabled.help')} isChecked={draft.is_enabled} onChecked={(value) => { change({ is_enabled: value }); }} />
    </>
  );
}

function Mail({ draft, change }: Pick<IntegrationFieldsProps, 'draft' | 'change'>) {
  const t = useMessages(messages);
  return (
    <>
      <Field member="target.host" label={t('host')} isRequired spellCheck={false} value={draft.host} onValue={(host) => { change({ host }); }} />
      <Choice member="target.security" label={t('security')} value={draft.security} choices={SECURITIES.map((value) => ({ value, label: t(`security.${value}`) }))} onValue={(security) => { change(secured(draft, security)); }} />
      <Field member="target.port" label={t('port')} type="number" min={1} max={65535} isRequired value={draft.port} onValue={(port) => { change({ port }); }} />
      {draft.security !== 'none' && <Field member="target.user" label={t('user')} help={t('user.help')} autoComplete="off" spellCheck={false} value={draft.user} onValue={(user) => { change({ user }); }} />}
      <Field member="target.from" label={t('from')} type="email" isRequired value={draft.from} onValue={(from) => { change({ from }); }} />
      <Field member="target.to" label={t('to')} help={t('to.help')} isRequired value={draft.to} onValue={(to) => { change({ to }); }} />
    </>
  );
}
