// Lines of the forms that ask for exceptions: where, until when, for which policy.
import { useQuery } from '@tanstack/react-query';
import { listPolicies } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay, useMe } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { Choice } from '../Choice';
import { Field } from '../Field';
import { messages } from './messages';
import { PLACES, TERMS, lastDay, type ExceptionDraft } from './terms';

export interface PartProps {
  draft: ExceptionDraft;
  onDraft: (change: Partial<ExceptionDraft>) => void;
}

export function Where({ draft, onDraft, hasDigest }: PartProps & { hasDigest: boolean }) {
  const t = useMessages(messages);
  const isLimited = useMe().limited?.includes('exceptions.write') ?? false;
  const choices = PLACES.map((value) => ({ value, label: t(hasDigest && value === 'digest' ? 'place.this' : `place.${value}`) }));
  return (
    <div className="bh-form-row">
      <Choice member="scope" label={t('place')} help={isLimited && t('place.limited')} value={draft.place} choices={choices} onValue={(place) => { onDraft({ place }); }} />
      {draft.place === 'digest' && <Field label={t('digest')} isRequired spellCheck={false} placeholder="sha256:…" value={draft.digest} onValue={(digest) => { onDraft({ digest }); }} />}
      {draft.place === 'repository' && <Field label={t('repository')} help={t('repository.help')} isRequired spellCheck={false} placeholder="shop/*" value={draft.repository} onValue={(repository) => { onDraft({ repository }); }} />}
    </div>
  );
}

export function Until({ draft, onDraft, now }: PartProps & { now: number }) {
  const t = useMessages(messages);
  const format = useFormat();
  const choices = TERMS.map((value) => ({ value, label: value === 'date' ? t('until.date') : t('until.days', { count: Number(value) }) }));
  const last = lastDay(draft, now);
  return (
    <div className="bh-form-row">
      <Choice
        member={draft.term === 'date' ? undefined : 'expires'}
        label={t('until')}
        help={draft.term !== 'date' && t('until.help', { date: format.date(`${last}T12:00:00Z`) })}
        value={draft.term}
        choices={choices}
        onValue={(term) => { onDraft({ term }); }}
      />
      {draft.term === 'date' && <Field member="expires" label={t('date')} type="date" isRequired min={new Date(now).toISOString().slice(0, 10)} value={draft.date} onValue={(date) => { onDraft({ date }); }} />}
    </div>
  );
}

/** For which policy: its authors cannot approve it. */
export function ForPolicy({ draft, onDraft }: PartProps) {
  const t = useMessages(messages);
  const may = useMay('policies.read');
  const policies = useQuery({ ...queryOf(listPolicies, { query: { limit: 200 } }), enabled: may });
  if (!policies.data) return null;
  const choices = [{ value: '', label: t('policy.all') }, ...policies.data.items.map((policy) => ({ value: policy.id, label: policy.name }))];
  return <Choice member="policy" label={t('policy')} help={t('policy.help')} value={draft.policy} choices={choices} onValue={(policy) => { onDraft({ policy }); }} />;
}
