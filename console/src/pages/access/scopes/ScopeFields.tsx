import { Failure } from '../../../client/failure';
import type { ScopeVariable } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { Field } from '../../../parts/Field';
import { ScopeMembers } from './ScopeMembers';
import { messages } from './messages';
import { Variables } from './Variables';

/** What of a scope is edited. */
export interface ScopeDraft {
  name: string;
  description: string;
  expression: string;
  variables: ScopeVariable[];
}

interface ScopeFieldsProps {
  draft: ScopeDraft;
  change: (change: Partial<ScopeDraft>) => void;
  /** What the server said of it. */
  error: Error | null;
}

export function ScopeFields({ draft, change, error }: ScopeFieldsProps) {
  const t = useMessages(messages);
  const wrong = wrongPlace(error);
  const says = wrong === null ? null : wrong.field === 'expression'
    ? t('expression.wrong', { position: wrong.position })
    : t('variable.wrong', { name: `v${String(wrong.position)}` });
  return (
    <>
      <Field member="name" label={t('name')} isRequired maxLength={100} value={draft.name} onValue={(name) => { change({ name }); }} />
      <Field member="description" label={t('description')} maxLength={1000} value={draft.description} onValue={(description) => { change({ description }); }} />
      <Variables variables={draft.variables} onVariables={(variables) => { change({ variables }); }} wrong={wrong?.field === 'variables' ? wrong.position : null} says={says} />
      <div>
        <Field
          member="expression"
          label={t('expression')}
          help={t('expression.help')}
          error={wrong?.field === 'expression' ? says : null}
          maxLength={4096}
          spellCheck={false}
          className="bh-code-input"
          value={draft.expression}
          onValue={(expression) => { change({ expression }); }}
        />
        {wrong?.field === 'expression' && <Pointed text={draft.expression} position={wrong.position} label={t('expression.place')} />}
      </div>
      <ScopeMembers draft={draft} />
    </>
  );
}

/** The expression with the character marked at which the server could not go on. */
function Pointed({ text, position, label }: { text: string; position: number; label: string }) {
  // Positions count characters, not the units of JavaScript.
  const characters = Array.from(text);
  return (
    <pre className="bh-code bh-pointed" role="img" aria-label={`${label}: ${characters.slice(position - 1).join('')}`}>
      {characters.slice(0, position - 1).join('')}
      <mark>{characters[position - 1] ?? ' '}</mark>
      {characters.slice(position).join('')}
    </pre>
  );
}

interface WrongPlace {
  field: 'expression' | 'variables';
  /** A character of the expression, or a variable, from 1. */
  position: number;
}

function wrongPlace(error: Error | null): WrongPlace | null {
  if (!(error instanceof Failure) || error.code !== 'request.invalid') return null;
  const { field, position } = error.parameters;
  if (typeof field !== 'string' || typeof position !== 'number') return null;
  if (field === 'expression') return { field, position };
  return field.startsWith('variables') ? { field: 'variables', position } : null;
}
