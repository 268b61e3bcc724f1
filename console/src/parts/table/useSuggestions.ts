// What could be typed next: keys of the list, words of a key, or values that the server knows.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { quoted, type FilterKey } from './filter';

export interface Suggestion {
  /** What is shown as code: `severity:`. */
  text: string;
  /** What it means. */
  says: string;
  /** The filter with it. */
  completed: string;
}

const MOST = 12;

export function useSuggestions(text: string, keys: readonly FilterKey[], isWanted: boolean): Suggestion[] {
  const at = text.lastIndexOf(' ') + 1;
  const before = text.slice(0, at);
  const word = text.slice(at);
  const [, sign = '', key = null, list = ''] = /^(-?)([a-z_]+):(.*)$/.exec(word) ?? [];
  const known = keys.find((one) => one.key === key);
  const beginning = list.slice(list.lastIndexOf(',') + 1);
  const found = useQuery({
    queryKey: ['suggestions', known?.key, beginning],
    queryFn: ({ signal }) => known?.suggest?.(beginning, signal) ?? [],
    enabled: isWanted && known?.suggest !== undefined,
    staleTime: 60_000,
  });
  return useMemo(() => {
    if (!isWanted) return [];
    if (key === null) {
      const typed = word.replace(/^-/, '').toLowerCase();
      const minus = word.startsWith('-') ? '-' : '';
      return keys
        .filter((one) => one.key.startsWith(typed) || one.label.toLowerCase().includes(typed))
        .slice(0, MOST)
        .map((one) => ({ text: `${minus}${one.key}:`, says: one.label, completed: `${before}${minus}${one.key}:` }));
    }
    const others = list.slice(0, list.length - beginning.length);
    const values = known?.values ?? (found.data ?? []).map((value) => ({ value, label: '' }));
    return values
      .filter(({ value, label }) => value.startsWith(beginning) || label.toLowerCase().includes(beginning.toLowerCase()))
      .slice(0, MOST)
      .map(({ value, label }) => {
        const term = `${sign}${key}:${others}${quoted(value)}`;
        return { text: term, says: label, completed: before + term };
      });
  }, [isWanted, key, keys, known, word, before, list, beginning, sign, found.data]);
}
