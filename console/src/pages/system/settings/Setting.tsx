import type { InstallationSetting } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { Field } from '../../../parts/Field';
import { Button } from '../../../parts/pf';
import { Tick } from '../../../parts/Tick';
import { unset } from './draft';
import { messages } from './messages';

const KNOWN = [
  'separation_of_duties', 'exception_longest_days', 'exception_reminder_days', 'token_longest_days', 'token_grace_days',
  'session_idle_minutes', 'session_hours', 'audit_days', 'event_days',
] as const;

const UNITS = ['days', 'hours', 'minutes'] as const;

/** What a setting is called; the server's English where this console does not know it. */
export function useSettingName(): (item: Pick<InstallationSetting, 'key' | 'meaning'>) => string {
  const t = useMessages(messages);
  return ({ key, meaning }) => {
    const known = KNOWN.find((one) => one === key);
    return known ? t(`setting.${known}`) : meaning;
  };
}

interface SettingProps {
  item: InstallationSetting;
  /** What is set here; `null` for the default. */
  value: boolean | string | null;
  onValue: (value: boolean | string | null) => void;
}

/** One setting: its value, where it is from, what it would be without. */
export function Setting({ item, value, onValue }: SettingProps) {
  const t = useMessages(messages);
  const name = useSettingName()(item);
  const usual = unset(item);
  const shown = value ?? usual;
  const knownUnit = UNITS.find((one) => one === item.unit);
  const unit = knownUnit ? t(`unit.${knownUnit}`) : (item.unit ?? '');
  const amount = typeof usual === 'boolean' ? '' : amountOf(usual);
  const counted = knownUnit && typeof amount === 'number' ? t(`amount.${knownUnit}`, { count: amount }) : t('amount', { value: amount, unit });
  const usualWord = typeof usual === 'boolean' ? t(usual ? 'yes' : 'no') : counted;
  // A name that ends with a remark has the unit in that one: brackets are not doubled.
  const label = /[)）]$/.test(name) ? t('name.also', { name: name.slice(0, -1), unit }) : t('name.unit', { name, unit });
  const source = value !== null ? t('source.set') : item.source === 'configuration' ? t('source.configuration') : t('source.default');
  const range = typeof item.least === 'number' && typeof item.most === 'number' ? `${t('range', { least: item.least, most: item.most, unit })} · ` : '';
  return (
    <div className="bh-setting">
      {typeof shown === 'boolean' ? (
        <Tick label={name} isChecked={shown} onChecked={onValue} />
      ) : (
        <Field
          member={item.key}
          label={label}
          type="number"
          {...(typeof item.least === 'number' ? { min: item.least } : {})}
          {...(typeof item.most === 'number' ? { max: item.most } : {})}
          isRequired
          value={shown}
          onValue={onValue}
        />
      )}
      <p className="bh-quiet">
        <small>{source} · {range}{t('default.is', { value: usualWord })}</small>{' '}
        {value !== null && <Button variant="link" isInline onClick={() => { onValue(null); }}>{t('reset')}</Button>}
      </p>
    </div>
  );
}

/** A number as numbers are written; what is none stays. */
function amountOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
