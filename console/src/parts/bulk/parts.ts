// A selection as what the API takes: filters, each with the number of objects that the reader saw.
import type { Selection } from '../table/definition';

/** The server takes filters of 4,096 bytes and 200 values; names of other scripts take up to three bytes a sign. */
const LONGEST_FILTER = 3_600;
const MOST_VALUES = 200;

export interface Part {
  filter: string;
  expected: number;
  /** Whether there may be more than that: they were not counted to the end. */
  isLeast: boolean;
}

/** Rows become filters by their key, as many as they need; whatever matches is one filter. */
export function partsOf(selection: Selection, key: string): Part[] {
  if (selection.kind === 'matching') return [{ filter: selection.filter, expected: selection.total, isLeast: selection.isLeast }];
  const parts: Part[] = [];
  let values: string[] = [];
  let length = key.length + 1;
  const end = () => {
    if (values.length > 0) parts.push({ filter: `${key}:${values.join(',')}`, expected: values.length, isLeast: false });
    values = [];
    length = key.length + 1;
  };
  for (const row of selection.keys) {
    const value = `"${row.replaceAll('"', '')}"`;
    const bytes = new TextEncoder().encode(value).length + 1;
    if (length + bytes > LONGEST_FILTER || values.length === MOST_VALUES) end();
    values.push(value);
    length += bytes;
  }
  end();
  return parts;
}

/** How many objects these are in all. */
export function countOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.expected, 0);
}
