import { useId, useState, type ReactNode } from 'react';
import { useFormat, useMessages } from '../i18n/language';
import { useRefusal } from './field/refused';
import { HostileText } from './HostileText';
import { messages } from './messages';
import { TextInput } from './pf';

export interface PickOption {
  id: string;
  label: string;
  description?: ReactNode;
  isDisabled?: boolean;
}

interface PickListProps {
  label: string;
  options: readonly PickOption[];
  chosen: readonly string[];
  onChosen: (ids: string[]) => void;
  help?: ReactNode;
  /** Its name in the request: what the server refuses of it is told here. */
  member?: string | undefined;
  /** What stands there where there is nothing to choose from. */
  empty?: ReactNode;
}

/** From so many on there is a field to find one. */
const MANY = 9;

/** So many are drawn; the field finds the others. */
const MOST_SHOWN = 200;

/** Some of many, as boxes to tick; those that are chosen stay, found or not. */
export function PickList({ label, options, chosen, onChosen, help, member, empty }: PickListProps) {
  const t = useMessages(messages);
  const format = useFormat();
  const id = useId();
  const refusal = useRefusal(member, label);
  const [text, setText] = useState('');
  const wanted = text.trim().normalize('NFKC').toLowerCase();
  const found = options.filter((option) => option.label.toLowerCase().includes(wanted)).toSorted((left, right) => format.compare(left.label, right.label));
  const toggle = (one: string) => { onChosen(chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one]); };
  return (
    <fieldset className="bh-pick" aria-describedby={help || refusal ? `${id}-help` : undefined}>
      <legend>{label} <span className="bh-quiet">{t('pick.chosen', { count: chosen.length })}</span></legend>
      {(help || refusal) && (
        <div id={`${id}-help`}>
          {help && <p className="bh-quiet">{help}</p>}
          {refusal && <p className="bh-field-error">{refusal}</p>}
        </div>
      )}
      {options.length >= MANY && <TextInput type="search" aria-label={t('pick.find', { what: label })} placeholder={t('pick.find', { what: label })} value={text} onChange={(_, value) => { setText(value); }} />}
      {options.length === 0 && empty}
      <ul role="list">
        {found.slice(0, MOST_SHOWN).map((option) => (
          <li key={option.id}>
            <label className="bh-check">
              <input type="checkbox" checked={chosen.includes(option.id)} disabled={option.isDisabled ?? false} onChange={() => { toggle(option.id); }} />
              <HostileText text={option.label} />
            </label>
            {option.description && <small className="bh-quiet">{option.description}</small>}
          </li>
        ))}
      </ul>
      {found.length > MOST_SHOWN && <p className="bh-quiet">{t('pick.more', { count: found.length - MOST_SHOWN })}</p>}
    </fieldset>
  );
}
