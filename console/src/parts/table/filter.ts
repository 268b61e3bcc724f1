// The filter grammar of lists (`crates/policy/src/filter.rs`), as much of it as chips, menus and completion need. The text is
// kept as it was written; the server reads it with its own parser.

/** A key that a list may be filtered by. */
export interface FilterKey {
  key: string;
  /** Its name in the reader's language. */
  label: string;
  /** Its words, where it has some: they become a menu. */
  values?: readonly { value: string; label: string }[];
  /** The list that values are suggested of; lists share keys of one name. */
  resource?: string;
  /** Asks the server for values that begin so, where it can tell. */
  suggest?: (beginning: string, signal: AbortSignal) => Promise<readonly string[]>;
}

/** One term of a filter. */
export interface Term {
  /** As it was written. */
  text: string;
  /** Where it stands in the filter. */
  at: number;
  /** Its key; none for a bare word. */
  key: string | null;
  isNegated: boolean;
  /** What follows the colon, or the word. */
  value: string;
  state: 'good' | 'unknown' | 'incomplete';
}

/** Reads a filter. Terms with keys that the list does not have are unknown; those without a value are incomplete. */
export function termsOf(text: string, keys: readonly FilterKey[]): Term[] {
  const terms: Term[] = [];
  for (const { word, at } of wordsOf(text)) {
    const match = /^(-?)([^:"]*):(.*)$/s.exec(word);
    if (!match) {
      const isNegated = word.startsWith('-') && word.length > 1;
      terms.push({ text: word, at, key: null, isNegated, value: unquoted(isNegated ? word.slice(1) : word), state: 'good' });
      continue;
    }
    const [, sign, key = '', value = ''] = match;
    const isKnown = keys.some((known) => known.key === key);
    const isComplete = value !== '' && !/^([<>]=?|".*[^"]|")$/.test(value);
    const state = !isKnown ? 'unknown' : isComplete ? 'good' : 'incomplete';
    terms.push({ text: word, at, key, isNegated: sign === '-', value, state });
  }
  return terms;
}

/** What of a filter the server is asked: the terms that can be understood. */
export function sent(terms: readonly Term[]): string {
  return terms.filter((term) => term.state === 'good').map((term) => term.text).join(' ');
}

/** The filter without a term. */
export function without(text: string, term: Term): string {
  return squeezed(text.slice(0, term.at) + text.slice(term.at + term.text.length));
}

/** The values that a filter wants of a key: `a,b` of `key:a,b`. */
export function chosen(terms: readonly Term[], key: string): string[] {
  return terms
    .filter((term) => term.key === key && !term.isNegated)
    .flatMap((term) => term.value.split(','))
    .filter((value) => value !== '');
}

/** The filter with one value of a key more or less. */
export function toggled(text: string, keys: readonly FilterKey[], key: string, value: string): string {
  const own = (term: Term) => term.key === key && !term.isNegated;
  const terms = termsOf(text, keys);
  const values = chosen(terms, key);
  const next = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
  const rest = terms.filter((term) => !own(term)).map((term) => term.text);
  return [...rest, ...(next.length === 0 ? [] : [`${key}:${next.join(',')}`])].join(' ');
}

/** The filter with a term more, unless it has it already. */
export function extended(text: string, term: string): string {
  return wordsOf(text).some(({ word }) => word === term) ? text : squeezed(`${text} ${term}`);
}

/** A value as it must be written: in quotes where it has spaces. */
export function quoted(value: string): string {
  return /[\s",]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
}

/** The word that is being typed at the end of a filter; empty behind a space that no quotes are around. */
export function lastWordOf(text: string): string {
  const last = wordsOf(text).at(-1);
  return last && last.at + last.word.length === text.length ? last.word : '';
}

/** Typed text with full-width letters, digits and signs as the plain ones: `ＣＶＥ－２０２４` finds `CVE-2024`. */
export function normalized(text: string): string {
  return text.normalize('NFKC').replaceAll('\u2010', '-').replaceAll('\u3000', ' ');
}

function wordsOf(text: string): { word: string; at: number }[] {
  // Quotes may stand anywhere in a word: `name:"shop api"`.
  const matches = text.matchAll(/(?:"[^"]*"?|[^\s"])+/g);
  return [...matches].map((match) => ({ word: match[0], at: match.index }));
}

function unquoted(word: string): string {
  return word.replaceAll('"', '');
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
