// The fields of a registry, as the three-step form and the page that edits it show them.
import type { RegistryKind } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { LongText } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { Alert } from '../../parts/pf';
import { Tick } from '../../parts/Tick';
import { CredentialFields } from './CredentialFields';
import { credentialsOf } from './credentials';
import { needsRepositories, type Draft } from './draft';
import { KINDS, kindOf } from './kinds';
import { messages } from './messages';

interface FieldsProps {
  draft: Draft;
  onDraft: (change: Partial<Draft>) => void;
}

/** What the registry is. */
export function KindFields({ draft, onDraft }: FieldsProps) {
  const t = useMessages(messages);
  const choose = (kind: RegistryKind) => {
    const before = kindOf(draft.kind)?.address ?? '';
    const isOwnAddress = draft.address !== '' && draft.address !== before;
    // A credential that the new kind does not take is not sent to it.
    const isTaken = draft.credential === 'keep' || credentialsOf(kind).includes(draft.credential);
    onDraft({ kind, ...(isOwnAddress ? {} : { address: kindOf(kind)?.address ?? '' }), ...(isTaken ? {} : { credential: 'none', secret: '', sessionToken: '' }) });
  };
  return (
    <fieldset className="bh-kinds">
      <legend>{t('kind.legend')}</legend>
      {KINDS.map((kind) => (
        <label key={kind.word} className="bh-kind">
          <input type="radio" name="kind" value={kind.word} checked={draft.kind === kind.word} onChange={() => { choose(kind.word); }} />
          <span>{kind.name ?? t('kind.oci')}</span>
        </label>
      ))}
    </fieldset>
  );
}

interface AccessProps extends FieldsProps {
  /** Whether the server has a credential and a secret of messages already. */
  hasCredential: boolean;
  hasHookSecret: boolean;
}

/** Where it is, and how it is asked. */
export function AccessFields({ draft, onDraft, hasCredential, hasHookSecret }: AccessProps) {
  const t = useMessages(messages);
  return (
    <>
      <div className="bh-form-row">
        <Field member="name" label={t('field.name')} help={t('help.name')} isRequired maxLength={100} value={draft.name} onValue={(name) => { onDraft({ name }); }} />
        <Field
          member="address"
          label={t('field.address')}
          help={t('help.address')}
          isRequired={kindOf(draft.kind)?.address === ''}
          placeholder={kindOf(draft.kind)?.address || 'registry.example.com'}
          spellCheck={false}
          autoCapitalize="none"
          value={draft.address}
          onValue={(address) => { onDraft({ address }); }}
        />
      </div>
      <CredentialFields draft={draft} onDraft={onDraft} hasCredential={hasCredential} />
      <LongText member="ca" label={t('field.ca')} help={t('help.ca')} isCode rows={4} placeholder="-----BEGIN CERTIFICATE-----" value={draft.ca} onValue={(ca) => { onDraft({ ca }); }} />
      <Tick label={t('field.plainHttp')} help={t('help.plainHttp')} isChecked={draft.plainHttp} onChecked={(plainHttp) => { onDraft({ plainHttp }); }} />
      {hasHookSecret && <Tick label={t('field.removesHookSecret')} isChecked={draft.removesHookSecret} onChecked={(removesHookSecret) => { onDraft({ removesHookSecret }); }} />}
      {!draft.removesHookSecret && (
        <Field
          member="hook_secret"
          label={t('field.hookSecret')}
          help={t(hasHookSecret ? 'help.hookSecret.kept' : 'help.hookSecret')}
          type="password"
          autoComplete="new-password"
          minLength={16}
          value={draft.hookSecret}
          onValue={(hookSecret) => { onDraft({ hookSecret }); }}
        />
      )}
    </>
  );
}

/** Numbers, by their names in the request. */
const MEMBERS = {
  newest: 'rules.newest',
  days: 'rules.pushed_within_days',
  pulledDays: 'rules.pulled_within_days',
  pollMinutes: 'poll_minutes',
  mostAtOnce: 'most_at_once',
  staleDays: 'stale_days',
} as const;

/** What of it is scanned, and when. */
export function RuleFields({ draft, onDraft }: FieldsProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const number = (field: keyof typeof MEMBERS, min: number, max: number) => (
    <Field
      member={MEMBERS[field]}
      label={t(`field.${field}`)}
      help={t(`help.${field}`)}
      type="number"
      inputMode="numeric"
      min={min}
      max={max}
      step={1}
      placeholder={format.number(max)}
      value={draft[field]}
      onValue={(value) => { onDraft({ [field]: value }); }}
    />
  );
  return (
    <>
      {needsRepositories(draft) && <Alert variant="info" isInline title={t('rules.named')} />}
      <div className="bh-form-row">
        <LongText member="rules.repositories" label={t('field.repositories')} help={t('help.repositories')} isCode rows={4} placeholder="team/*" value={draft.repositories} onValue={(repositories) => { onDraft({ repositories }); }} />
        <LongText member="rules.tags" label={t('field.tags')} help={t('help.tags')} isCode rows={4} placeholder="v1.*" value={draft.tags} onValue={(tags) => { onDraft({ tags }); }} />
      </div>
      <div className="bh-form-row">
        {number('newest', 1, 36_500)}
        {number('days', 1, 36_500)}
        {kindOf(draft.kind)?.tellsPulls && number('pulledDays', 1, 36_500)}
      </div>
      <div className="bh-form-row">
        {number('pollMinutes', 1, 10_080)}
        {number('mostAtOnce', 1, 64)}
        {number('staleDays', 0, 36_500)}
      </div>
      <Tick label={t('field.isEnabled')} help={t('help.isEnabled')} isChecked={draft.isEnabled} onChecked={(isEnabled) => { onDraft({ isEnabled }); }} />
    </>
  );
}
