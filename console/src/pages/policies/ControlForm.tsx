import { useState } from 'react';
import { useMessages } from '../../i18n/language';
import { Choice, LongText } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { HostileText } from '../../parts/HostileText';
import { Icon } from '../../parts/icons';
import { Button } from '../../parts/pf';
import { Tick } from '../../parts/Tick';
import { controlOf, type ControlField } from './controls';
import type { ControlOutline, FormValue } from './document/outline';
import { messages } from './messages';
import { useControlWords } from './words';

interface ControlFormProps {
  control: ControlOutline;
  number: number;
  onValue: (key: string, value: FormValue) => void;
  onRemove: () => void;
}

/** One control as a form: the values that it has, and those that it could have. */
export function ControlForm({ control, number, onValue, onRemove }: ControlFormProps) {
  const t = useMessages(messages);
  const words = useControlWords();
  const known = controlOf(control.type);
  const title = words.control(control.type);
  const fields = known?.fields ?? [];
  // Fields stay where they were when the form appeared: one that moved while it is typed into would lose the focus.
  const [shown] = useState(() => fields.filter((field) => field.isRequired || control.values[field.key] !== undefined).map((field) => field.key));
  const others = fields.filter((field) => !shown.includes(field.key));
  const value = (field: ControlField) => (
    <Value key={field.key} field={field} value={control.values[field.key] ?? null} onValue={(next) => { onValue(field.key, next); }} />
  );
  return (
    <article className="bh-control" aria-label={t('control.number', { number, name: title })}>
      <div className="bh-control-head">
        <h3>{title}</h3>
        <Button variant="plain" size="sm" aria-label={t('control.remove', { name: title })} onClick={onRemove}><Icon name="close" /></Button>
      </div>
      <p className="bh-quiet"><code><HostileText text={control.type} /></code></p>
      {!control.isEditable || !known ? (
        <p className="bh-quiet">{t(known ? 'control.in_text' : 'control.unknown')}</p>
      ) : (
        <>
          {fields.filter((field) => shown.includes(field.key)).map(value)}
          {others.length > 0 && (
            <details>
              <summary>{t('control.more', { count: others.length })}</summary>
              <div className="bh-section">{others.map(value)}</div>
            </details>
          )}
        </>
      )}
    </article>
  );
}

interface ValueProps {
  field: ControlField;
  value: string | readonly string[] | null;
  onValue: (value: FormValue) => void;
}

function Value({ field, value, onValue }: ValueProps) {
  const t = useMessages(messages);
  const words = useControlWords();
  const label = words.field(field.key);
  const text = typeof value === 'string' ? value : '';
  const list = typeof value === 'string' ? [value] : (value ?? []);
  switch (field.kind) {
    case 'choice':
      return (
        <Choice
          label={label}
          value={text}
          choices={[{ value: '', label: t('value.usual') }, ...field.words.map((word) => ({ value: word, label: words.word(word) }))]}
          onValue={(next) => { onValue(next === '' ? null : next); }}
        />
      );
    case 'choices':
      return (
        <fieldset className="bh-choices">
          <legend>{label}</legend>
          {field.words.map((word) => (
            <Tick
              key={word}
              label={words.word(word)}
              isChecked={list.includes(word)}
              onChecked={(isTicked) => { onValue(field.words.filter((one) => (one === word ? isTicked : list.includes(one)))); }}
            />
          ))}
        </fieldset>
      );
    case 'number':
      return <Field label={label} type="number" min={field.minimum} max={field.maximum} step={field.isWhole ? 1 : 'any'} isRequired={field.isRequired} value={text} onValue={(next) => { onValue(next.normalize('NFKC')); }} />;
    case 'texts':
      return <Lines label={label} help={t('value.lines')} rows={2} isRequired={field.isRequired} text={list.join('\n')} onText={(next) => { onValue(next.split('\n').map((line) => line.trim()).filter((line) => line !== '')); }} />;
    case 'code':
      return <Lines label={label} rows={5} isRequired={field.isRequired} text={text} onText={onValue} />;
    case 'text':
      return <Field label={label} isRequired={field.isRequired} value={text} onValue={onValue} />;
    default:
      return <p><strong>{label}</strong> <span className="bh-quiet">{t('value.in_text')}</span></p>;
  }
}

interface LinesProps {
  label: string;
  help?: string;
  rows: number;
  isRequired: boolean;
  text: string;
  onText: (text: string) => void;
}

/** A text of lines. Empty lines are not kept in the document, and stay in the field while it is written. */
function Lines({ text, onText, ...line }: LinesProps) {
  const [draft, setDraft] = useState(text);
  const isOwn = packed(draft) === packed(text);
  return <LongText {...line} isCode value={isOwn ? draft : text} onValue={(next) => { setDraft(next); onText(next); }} />;
}

function packed(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, '\n').trim();
}
