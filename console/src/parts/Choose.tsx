import { useId, type ReactNode } from 'react';
import { FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem } from './pf';

interface ChooseProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onValue: (value: Value) => void;
  help?: ReactNode;
  isDisabled?: boolean;
}

/** One of a few, as a line of a form. */
export function Choose<Value extends string>({ label, value, options, onValue, help, isDisabled = false }: ChooseProps<Value>) {
  const id = useId();
  return (
    <FormGroup label={label} fieldId={id}>
      <FormSelect id={id} value={value} isDisabled={isDisabled} aria-describedby={help ? `${id}-help` : undefined} onChange={(_, next) => { onValue(next as Value); }}>
        {options.map((option) => <FormSelectOption key={option.value} value={option.value} label={option.label} />)}
      </FormSelect>
      {help && (
        <FormHelperText>
          <HelperText id={`${id}-help`}><HelperTextItem>{help}</HelperTextItem></HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
