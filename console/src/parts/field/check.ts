// What the browser finds wrong with a field when a form is sent, in the reader's language and on the page: its own bubbles speak
// the browser's language, and are gone after a moment.
import { useState, type SyntheticEvent } from 'react';
import { useFormat, useMessages } from '../../i18n/language';
import { messages } from './messages';

type Box = HTMLInputElement | HTMLTextAreaElement;

interface Wrong {
  /** The value that was checked: of another one nothing is known. */
  value: string;
  box: Box;
  what: keyof ValidityState;
}

export interface Check {
  /** What is wrong, in a sentence. */
  says: string | null;
  /** What the field needs so that it is told. */
  props: { onInvalid: (event: SyntheticEvent<Box>) => void; onInput: () => void };
}

/** The parts of a form that are checked before it is sent, and have what does not hold first. */
const ORDER = ['badInput', 'valueMissing', 'typeMismatch', 'tooShort', 'tooLong', 'rangeUnderflow', 'rangeOverflow', 'stepMismatch'] as const;

/** Tells what keeps a field with this value from being sent, and leads to the first such field of its form. */
export function useCheck(value: string): Check {
  const t = useMessages(messages);
  const format = useFormat();
  const [wrong, setWrong] = useState<Wrong | null>(null);
  const bound = (text: string, type: string) => (type === 'date' ? format.date(`${text}T12:00:00Z`) : format.number(Number(text)));
  const say = ({ box, what }: Wrong): string => {
    switch (what) {
      case 'valueMissing':
        return t(box.type === 'file' ? 'missing.file' : 'missing');
      case 'badInput':
        return t(box.type === 'date' ? 'bad.date' : 'bad.number');
      case 'typeMismatch':
        return t(box.type === 'email' ? 'bad.email' : 'bad.url');
      case 'tooShort':
        return t('short', { least: box.minLength, count: box.value.length });
      case 'tooLong':
        return t('long', { most: box.maxLength, count: box.value.length });
      case 'rangeUnderflow':
        return t(box.type === 'date' ? 'early' : 'low', { least: bound((box as HTMLInputElement).min, box.type) });
      case 'rangeOverflow':
        return t(box.type === 'date' ? 'late' : 'high', { most: bound((box as HTMLInputElement).max, box.type) });
      case 'stepMismatch':
        return t('whole');
      default:
        return t('impossible');
    }
  };
  return {
    says: wrong !== null && wrong.value === value ? say(wrong) : null,
    props: {
      onInvalid: (event) => {
        const box = event.currentTarget;
        event.preventDefault();
        setWrong({ value, box, what: ORDER.find((name) => box.validity[name]) ?? 'customError' });
        if (firstWrong(box.form) === box) box.focus();
      },
      onInput: () => { setWrong(null); },
    },
  };
}

function firstWrong(form: HTMLFormElement | null): Element | undefined {
  return [...(form?.elements ?? [])].find((one) => (one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement) && one.willValidate && !one.validity.valid);
}
