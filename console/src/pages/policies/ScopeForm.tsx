import { useMessages } from '../../i18n/language';
import { Choice } from '../../parts/Choice';
import { Field } from '../../parts/Field';
import { Icon } from '../../parts/icons';
import { Button } from '../../parts/pf';
import type { ScopeOutline, Variable } from './document/outline';
import { messages } from './messages';

/** What a scope may ask of images (`crates/policy/src/scope/attributes.rs`); others are written in the text. */
const ATTRIBUTES = ['image.registry', 'image.repository', 'image.name', 'image.tag', 'image.digest', 'image.label', 'os.id', 'os.version', 'os.type'] as const;

interface ScopeFormProps {
  scope: ScopeOutline | null;
  onScope: (scope: ScopeOutline) => void;
  /** What is wrong with the expression, and at which character, from 1. */
  wrong: { position: number; problem: string } | null;
}

/** Where a policy applies: variables, and how they stand together. */
export function ScopeForm({ scope, onScope, wrong }: ScopeFormProps) {
  const t = useMessages(messages);
  const variables = scope?.variables ?? [];
  const expression = scope?.expression ?? '';
  const set = (next: readonly Variable[]) => { onScope({ expression, variables: next }); };
  const change = (at: number, changed: Partial<Variable>) => { set(variables.map((variable, index) => (index === at ? { ...variable, ...changed } : variable))); };
  return (
    <section className="bh-section">
      <h2>{t('scope')}</h2>
      {variables.length === 0 && <p className="bh-quiet">{t('scope.all')}</p>}
      {variables.map((variable, at) => {
        const isKnown = ATTRIBUTES.some((attribute) => attribute === variable.attribute);
        const choices = [...(isKnown ? [] : [variable.attribute]), ...ATTRIBUTES].map((value) => ({ value, label: value }));
        return (
          <div key={at} className="bh-control">
            <div className="bh-control-head">
              <h3><code>{`v${String(at + 1)}`}</code></h3>
              <Button variant="plain" size="sm" aria-label={t('scope.remove', { name: `v${String(at + 1)}` })} onClick={() => { set(variables.filter((_, index) => index !== at)); }}><Icon name="close" /></Button>
            </div>
            <div className="bh-form-row">
              <Choice label={t('scope.attribute')} value={variable.attribute} choices={choices} onValue={(attribute) => { change(at, { attribute, name: attribute.endsWith('.label') ? variable.name : '' }); }} />
              {variable.attribute.endsWith('.label') && <Field label={t('scope.key')} isRequired value={variable.name} onValue={(name) => { change(at, { name }); }} />}
              <Field label={t('scope.value')} help={t('scope.value.help')} isRequired spellCheck={false} value={variable.value} onValue={(value) => { change(at, { value }); }} />
            </div>
          </div>
        );
      })}
      <div className="bh-actions">
        <Button variant="link" isInline onClick={() => { set([...variables, { attribute: 'image.repository', name: '', value: '*' }]); }}><Icon name="plus" /> {t('scope.add')}</Button>
      </div>
      {variables.length > 0 && (
        <Field
          label={t('scope.expression')}
          help={t('scope.expression.help')}
          error={wrong && t('scope.wrong', { position: wrong.position, problem: wrong.problem })}
          spellCheck={false}
          className="bh-code-input"
          value={expression}
          onValue={(next) => { onScope({ expression: next, variables }); }}
        />
      )}
      {wrong && expression !== '' && <pre className="bh-code" aria-hidden="true">{`${expression}\n${' '.repeat(Math.max(0, wrong.position - 1))}^`}</pre>}
    </section>
  );
}
