// Lines of a form beside the plain `Field`: one of some words, a longer text.
import { useId, type ReactNode } from 'react';
import { useCheck } from './field/check';
import { useRefusal } from './field/refused';
import { FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, TextArea } from './pf';

interface LineProps {
  label: string;
  help?: ReactNode;
  /** What is wrong with the value, in a sentence. */
  error?: string | null;
  /** Its name in the request: what the server refuses of it is told here. */
  member?: string | undefined;
  isRequired?: boolean;
}

interface ChoiceProps<Value extends string> extends LineProps {
  value: Value;
  choices: readonly { value: Value; label: string }[];
  onValue: (value: Value) => void;
  isDisabled?: boolean;
}

/** One of some words. */
export function Choice<Value extends string>({ label, help, error: own, member, isRequired = false, value, choices, onValue, isDisabled = false }: ChoiceProps<Value>) {
  const id = useId();
  const refusal = useRefusal(member, label);
  const error = own ?? refusal;
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      <FormSelect
        id={id}
        value={value}
        isDisabled={isDisabled}
        validated={error ? 'error' : 'default'}
        aria-describedby={help || error ? `${id}-help` : undefined}
        onChange={(_, next) => { onValue(next as Value); }}
      >
        {choices.map((choice) => <FormSelectOption key={choice.value} value={choice.value} label={choice.label} />)}
      </FormSelect>
      <Help id={id} help={help} error={error} />
    </FormGroup>
  );
}

interface LongTextProps extends LineProps {
  value: string;
  onValue: (value: string) => void;
  rows?: number;
  isCode?: boolean;
  placeholder?: string;
  minLength?: number;
  maxLength?: number;
}

/** A text of some lines. */
export function LongText({ label, help, error: own, member, isRequired = false, value, onValue, rows = 3, isCode = false, ...input }: LongTextProps) {
  const id = useId();
  const refusal = useRefusal(member, label);
  const check = useCheck(value);
  const error = check.says ?? own ?? refusal;
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      <TextArea
        {...input}
        {...check.props}
        id={id}
        className={isCode ? 'bh-code-input' : undefined}
        rows={rows}
        required={isRequired}
        spellCheck={!isCode}
        resizeOrientation="vertical"
        value={value}
        validated={error ? 'error' : 'default'}
        aria-describedby={help || error ? `${id}-help` : undefined}
        onChange={(_, next) => { onValue(next); }}
      />
      <Help id={id} help={help} error={error} />
    </FormGroup>
  );
}

function Help({ id, help, error }: { id: string; help: ReactNode; error: string | null | undefined }) {
  if (!help && !error) return null;
  return (
    <FormHelperText>
      <HelperText id={`${id}-help`}>
        <HelperTextItem variant={error ? 'error' : 'default'}>{error ?? help}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}
