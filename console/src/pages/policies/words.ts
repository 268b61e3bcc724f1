// Names of controls, of their values and of the words that these can be.
import { useMemo } from 'react';
import { useReader } from '../../i18n/language';
import { messages } from './messages';

export interface ControlWords {
  control: (type: string) => string;
  field: (key: string) => string;
  word: (word: string) => string;
}

/** What this console does not know yet is called as the document calls it. */
export function useControlWords(): ControlWords {
  const { language } = useReader();
  return useMemo(() => {
    const sentences: Readonly<Record<string, string>> = messages[language];
    return {
      control: (type) => sentences[`control.${type}`] ?? type,
      field: (key) => sentences[`field.${key}`] ?? key,
      word: (word) => sentences[`word.${word}`] ?? word,
    };
  }, [language]);
}
