import { useId, type ComponentProps, type ReactNode } from 'react';
import { useCheck } from './field/check';
import { useRefusal } from './field/refused';
import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from './pf';

interface FieldProps extends Omit<ComponentProps<typeof TextInput>, 'onChange' | 'value' | 'ref' | 'id' | 'type'> {
  label: string;
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'password' | 'email' | 'number' | 'date' | 'url';
  help?: ReactNode;
  /** What is wrong with the value, in a sentence. */
  error?: string | null;
  /** Its name in the request: what the server refuses of it is told here. */
  member?: string | undefined;
}

/** A line of a form: label, input, help, and what is wrong. */
export function Field({ label, value, onValue, help, error: own, member, isRequired = false, ...input }: FieldProps) {
  const id = useId();
  const refusal = useRefusal(member, label);
  const check = useCheck(value);
  const error = check.says ?? own ?? refusal;
  return (
    <FormGroup label={label} fieldId={id} isRequired={isRequired}>
      <TextInput
        {...input}
        {...check.props}
        id={id}
        isRequired={isRequired}
        value={value}
        validated={error ? 'error' : 'default'}
        aria-describedby={help || error ? `${id}-help` : undefined}
        onChange={(_, next) => { onValue(next); }}
      />
      {(error ?? help) && (
        <FormHelperText>
          <HelperText id={`${id}-help`}>
            <HelperTextItem variant={error ? 'error' : 'default'}>{error ?? help}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
