// Sentences with values: the part of ICU MessageFormat that the catalogs use (`{name}`, `{count, plural, one {…} other
// {…}}`, `#`), read once and kept. Nothing is evaluated.

export type Value = string | number;

/** The parts of a sentence: text, a value's name, or a choice by a number. */
type Part = string | { name: string } | { name: string; forms: Map<string, Part[]> } | { hash: true };

export interface Words {
  number: (value: number) => string;
  plural: (value: number) => string;
}

const parsed = new Map<string, Part[]>();

/** Puts values into a sentence. A value that is missing stays visible as its placeholder. */
export function fill(pattern: string, values: Readonly<Record<string, Value>>, words: Words): string {
  return fillParts(pattern, values, words).join('');
}

/** As `fill`, with values of any kind: elements for React stand between the texts. */
export function fillParts<Rich>(
  pattern: string,
  values: Readonly<Record<string, Rich>>,
  words: Words,
): (Rich | string)[] {
  let parts = parsed.get(pattern);
  if (!parts) {
    parts = read(pattern);
    parsed.set(pattern, parts);
  }
  return put(parts, values, words, 0);
}

/** The names of the values that a sentence takes. */
export function placeholders(pattern: string): string[] {
  const names = new Set<string>();
  const collect = (parts: Part[]) => {
    for (const part of parts) {
      if (typeof part === 'string' || 'hash' in part) continue;
      names.add(part.name);
      if ('forms' in part) for (const form of part.forms.values()) collect(form);
    }
  };
  collect(read(pattern));
  return [...names].sort();
}

function put<Rich>(parts: Part[], values: Readonly<Record<string, Rich>>, words: Words, count: number): (Rich | string)[] {
  return parts.flatMap((part): (Rich | string)[] => {
    if (typeof part === 'string') return [part];
    if ('hash' in part) return [words.number(count)];
    const value = values[part.name];
    if (value === undefined) return [`{${part.name}}`];
    if ('forms' in part) {
      const number = Number(value);
      const form = part.forms.get(words.plural(number)) ?? part.forms.get('other') ?? [];
      return put(form, values, words, number);
    }
    return [typeof value === 'number' ? words.number(value) : value];
  });
}

function read(pattern: string): Part[] {
  const parts: Part[] = [];
  let rest = pattern;
  for (;;) {
    const at = rest.search(/[{#]/);
    if (at < 0) break;
    if (at > 0) parts.push(rest.slice(0, at));
    if (rest[at] === '#') {
      parts.push({ hash: true });
      rest = rest.slice(at + 1);
      continue;
    }
    const end = closing(rest, at);
    parts.push(argument(rest.slice(at + 1, end)));
    rest = rest.slice(end + 1);
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

function argument(inside: string): Part {
  const [name = '', kind] = inside.split(',', 2).map((part) => part.trim());
  if (kind !== 'plural') return { name };
  const forms = new Map<string, Part[]>();
  let rest = inside.slice(inside.indexOf(',', inside.indexOf(',') + 1) + 1);
  for (;;) {
    const open = rest.indexOf('{');
    if (open < 0) return { name, forms };
    const end = closing(rest, open);
    forms.set(rest.slice(0, open).trim(), read(rest.slice(open + 1, end)));
    rest = rest.slice(end + 1);
  }
}

/** Where the brace that opens at `open` is closed; the end of the text where it is not. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}
