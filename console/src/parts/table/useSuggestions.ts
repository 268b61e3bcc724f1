// What could be typed next: keys of the list, words of a key, or values that the server knows.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { lastWordOf, quoted, type FilterKey } from './filter';

export interface Suggestion {
  /** What is shown as code: `severity:`. */
  text: string;
  /** What it means. */
  says: string;
  /** The filter with it. */
  completed: string;
}

const MOST = 12;

/** Typing waits this long before the server is asked for values. */
const TYPING_MS = 150;

export function useSuggestions(text: string, keys: readonly FilterKey[], isWanted: boolean): { items: Suggestion[]; isLoading: boolean } {
  const typed = useMemo(() => partsOf(text), [text]);
  const known = keys.find((one) => one.key === typed.key);
  const asked = useSettled(typed.beginning);
  const found = useQuery({
    queryKey: ['suggestions', known?.key, known?.resource, asked],
    queryFn: ({ signal }) => known?.suggest?.(asked, signal) ?? [],
    enabled: isWanted && known?.suggest !== undefined,
    // Of another key nothing is kept; of the same one the values of before stay until the next ones come.
    placeholderData: (before, query) => (query?.queryKey[1] === known?.key ? keepPreviousData(before) : undefined),
    staleTime: 60_000,
    retry: false,
  });
  const items = useMemo(() => (isWanted ? suggestionsOf(typed, keys, known, found.data ?? []) : []), [isWanted, typed, keys, known, found.data]);
  return { items, isLoading: isWanted && (found.isFetching || asked !== typed.beginning) && known?.suggest !== undefined };
}

interface Typed {
  /** What stands before the word that is typed. */
  before: string;
  word: string;
  sign: string;
  key: string | null;
  /** The values of the word that are complete, with their comma. */
  others: string;
  /** What the value begins with, without quotes. */
  beginning: string;
}

function partsOf(text: string): Typed {
  const word = lastWordOf(text);
  const [, sign = '', key = null, list = ''] = /^(-?)([a-z_]+):(.*)$/s.exec(word) ?? [];
  // The last comma that no quotes are around divides what is complete from what is being typed.
  const [others = ''] = /^(?:(?:"[^"]*"|[^"])*,)?/.exec(list) ?? [];
  return { before: text.slice(0, text.length - word.length), word, sign, key, others, beginning: list.slice(others.length).replaceAll('"', '') };
}

function suggestionsOf(typed: Typed, keys: readonly FilterKey[], known: FilterKey | undefined, found: readonly string[]): Suggestion[] {
  const { before, word, sign, key, others, beginning } = typed;
  if (key === null) {
    const begun = word.replace(/^-/, '').toLowerCase();
    const minus = word.startsWith('-') ? '-' : '';
    return keys
      .filter((one) => one.key.startsWith(begun) || one.label.toLowerCase().includes(begun))
      .slice(0, MOST)
      .map((one) => ({ text: `${minus}${one.key}:`, says: one.label, completed: `${before}${minus}${one.key}:` }));
  }
  const lower = beginning.toLowerCase();
  const values = known?.values ?? found.map((value) => ({ value, label: '' }));
  return values
    .filter(({ value, label }) => value.toLowerCase().startsWith(lower) || (label !== '' && label.toLowerCase().includes(lower)))
    .slice(0, MOST)
    .map(({ value, label }) => {
      const term = `${sign}${key}:${others}${quoted(value)}`;
      return { text: term, says: label, completed: before + term };
    });
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => { setSettled(value); }, TYPING_MS);
    return () => { clearTimeout(timer); };
  }, [value]);
  return settled;
}
