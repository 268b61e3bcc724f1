import { useId, type ComponentProps } from 'react';
import type { ScopeVariable } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { useCheck } from '../../../parts/field/check';
import { useRefusal } from '../../../parts/field/refused';
import { Icon } from '../../../parts/icons';
import { Button, FormSelect, FormSelectOption, TextInput } from '../../../parts/pf';
import { ATTRIBUTES, hasKeys } from './attributes';
import { messages } from './messages';

interface VariablesProps {
  variables: readonly ScopeVariable[];
  onVariables: (variables: ScopeVariable[]) => void;
  /** The variable that the server refused, from 1. */
  wrong: number | null;
  says: string | null;
}

/** The variables of a scope, named by their place: v1, v2 … */
export function Variables({ variables, onVariables, wrong, says }: VariablesProps) {
  const t = useMessages(messages);
  const id = useId();
  const refusal = useRefusal('variables', t('variables'));
  // Which variable it is says more than that it is one of them.
  const problem = wrong === null ? refusal : says;
  const put = (at: number, variable: ScopeVariable) => { onVariables(variables.map((one, index) => (index === at ? variable : one))); };
  const ask = (at: number, variable: ScopeVariable, attribute: string) => {
    put(at, { attribute, value: variable.value, ...(hasKeys(attribute) ? { key: variable.key ?? '' } : {}) });
  };
  return (
    <fieldset className="bh-pick" aria-describedby={problem ? id : undefined}>
      <legend>{t('variables')}</legend>
      <p className="bh-quiet">{t('variables.help')}</p>
      <ol className="bh-variables" role="list">
        {variables.map((variable, at) => {
          const name = `v${String(at + 1)}`;
          const isKnown = ATTRIBUTES.some((one) => one === variable.attribute);
          return (
            // Variables are named by their place, and have no other name.
            <li key={at}>
              <code>{name}</code>
              <FormSelect aria-label={t('variable.attribute', { name })} value={variable.attribute} onChange={(_, attribute) => { ask(at, variable, attribute); }}>
                {ATTRIBUTES.map((attribute) => <FormSelectOption key={attribute} value={attribute} label={t(`attribute.${attribute}`)} />)}
                {!isKnown && <FormSelectOption value={variable.attribute} label={variable.attribute} />}
              </FormSelect>
              {hasKeys(variable.attribute) && (
                <Part aria-label={t('variable.key', { name })} placeholder={t('key')} value={variable.key ?? ''} onChange={(_, key) => { put(at, { ...variable, key }); }} />
              )}
              <Part
                aria-label={t('variable.value', { name })}
                placeholder={t('value')}
                refusal={wrong === at + 1 ? id : undefined}
                value={variable.value}
                onChange={(_, value) => { put(at, { ...variable, value }); }}
              />
              <button
                type="button"
                className="bh-icon-button"
                aria-label={t('variable.remove', { name })}
                title={t('variable.remove', { name })}
                disabled={variables.length === 1}
                onClick={() => { onVariables(variables.filter((_, index) => index !== at)); }}
              >
                <Icon name="close" />
              </button>
            </li>
          );
        })}
      </ol>
      {problem && <p id={id} className="bh-field-error">{problem}</p>}
      <p>
        <Button variant="secondary" onClick={() => { onVariables([...variables, { attribute: 'image.repository', value: '' }]); }}>{t('variable.add')}</Button>
      </p>
    </fieldset>
  );
}

interface PartProps extends Omit<ComponentProps<typeof TextInput>, 'value' | 'ref'> {
  value: string;
  /** The id of what the server says against it. */
  refusal?: string | undefined;
}

/** A field of a variable: what is missing stands below the variable. */
function Part({ value, refusal, ...input }: PartProps) {
  const id = useId();
  const { says, props } = useCheck(value);
  return (
    <>
      <TextInput {...input} {...props} isRequired value={value} validated={says !== null || refusal !== undefined ? 'error' : 'default'} aria-describedby={says === null ? refusal : id} />
      {says !== null && <small id={id} className="bh-field-error bh-variable-error">{says}</small>}
    </>
  );
}
