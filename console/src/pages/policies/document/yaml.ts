// The part of YAML that policies are written in, read with the lines at which things stand, so that a form can change one
// value and leave the rest of the text, its comments among it, as its author wrote it. What is not of this part (anchors,
// tags, texts over several quoted lines) is not guessed at: the form then stays away, and the text is edited alone.

export interface Scalar {
  kind: 'scalar';
  value: string;
  start: number;
  /** The line after the last one. */
  end: number;
}

export interface List {
  kind: 'list';
  items: Node[];
  start: number;
  end: number;
}

export interface Entry {
  key: string;
  value: Node;
  start: number;
  end: number;
}

export interface Map {
  kind: 'map';
  entries: Entry[];
  start: number;
  end: number;
  /** The column at which its keys stand; `null` where it is written in braces. */
  indent: number | null;
}

export type Node = Scalar | List | Map;

/** A text that is not of the part of YAML that is read here. */
export class Unread extends Error {
  constructor(readonly line: number) {
    super(`line ${String(line + 1)} is not read`);
  }
}

/** Reads a text; throws `Unread` where it is of another kind. */
export function readYaml(text: string): Node {
  const reader = new Reader(text);
  const node = reader.block(0);
  reader.skipBlank();
  if (!reader.isAtEnd) throw new Unread(reader.at);
  return node;
}

/** The entry of a key. */
export function entryOf(node: Node | undefined, key: string): Entry | undefined {
  return node?.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** The text of a key; nothing where there is none. */
export function textOf(node: Node | undefined, key: string): string | null {
  const value = entryOf(node, key)?.value;
  return value?.kind === 'scalar' ? value.value : null;
}

/** Deeper than policies ever are; what is deeper is not read. */
const DEEPEST = 40;

class Reader {
  readonly #lines: { indent: number; content: string; raw: string }[];
  at = 0;

  constructor(text: string) {
    this.#lines = text.split('\n').map((raw, at) => {
      const line = raw.replace(/\r$/, '');
      if (/^\s*\t/.test(line)) throw new Unread(at);
      const content = uncommented(line.trimStart());
      return { indent: line.length - line.trimStart().length, content, raw: line };
    });
    // A document may begin with its mark.
    const first = this.#lines.findIndex((line) => line.content !== '');
    if (this.#lines[first]?.content === '---') this.at = first + 1;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#lines.length;
  }

  skipBlank(): void {
    while (this.#lines[this.at]?.content === '') this.at += 1;
  }

  /** What stands at this place, as a list or a map by its first line. */
  block(depth: number): Node {
    this.skipBlank();
    const line = this.#lines[this.at];
    if (!line || depth > DEEPEST) throw new Unread(this.at);
    if (isItem(line.content)) return this.#list(line.indent, depth);
    if (keyOf(line.content)) return this.#map(line.indent, depth);
    throw new Unread(this.at);
  }

  #list(indent: number, depth: number): List {
    const start = this.at;
    const items: Node[] = [];
    let end = start;
    for (;;) {
      this.skipBlank();
      const line = this.#lines[this.at];
      if (line?.indent !== indent || !isItem(line.content)) break;
      const begin = this.at;
      const rest = line.content.slice(1).trimStart();
      let item: Node;
      if (rest === '') {
        this.at += 1;
        item = this.#child(indent, depth);
      } else if (keyOf(rest)) {
        // The rest of the line is the first entry of a map, at its own column.
        line.indent += line.content.length - rest.length;
        line.content = rest;
        item = this.#map(line.indent, depth + 1);
      } else {
        item = this.#inline(rest, indent, false);
      }
      items.push({ ...item, start: begin });
      end = item.end;
    }
    return { kind: 'list', items, start, end };
  }

  #map(indent: number, depth: number): Map {
    if (depth > DEEPEST) throw new Unread(this.at);
    const start = this.at;
    const entries: Entry[] = [];
    let end = start;
    for (;;) {
      this.skipBlank();
      const line = this.#lines[this.at];
      if (line?.indent !== indent) break;
      const found = keyOf(line.content);
      if (!found) break;
      if (entries.some((entry) => entry.key === found.key)) throw new Unread(this.at);
      const begin = this.at;
      let value: Node;
      if (found.rest === '') {
        this.at += 1;
        value = this.#child(indent, depth);
      } else {
        value = this.#inline(found.rest, indent, true);
      }
      end = value.end;
      entries.push({ key: found.key, value, start: begin, end });
    }
    return { kind: 'map', entries, start, end, indent };
  }

  /** What stands below a key or a hyphen: deeper, or a list at the same column. */
  #child(indent: number, depth: number): Node {
    const parent = this.at;
    const before = this.at;
    this.skipBlank();
    const line = this.#lines[this.at];
    if (line && (line.indent > indent || (line.indent === indent && isItem(line.content)))) return this.block(depth + 1);
    this.at = before;
    return { kind: 'scalar', value: '', start: parent - 1, end: parent };
  }

  #inline(rest: string, indent: number, isOfKey: boolean): Node {
    const start = this.at;
    if (/^[&*!%@`]/.test(rest)) throw new Unread(start);
    if (/^[|>]/.test(rest)) return this.#literal(rest, indent, start);
    if (/^[[{]/.test(rest)) return this.#flow(rest, start);
    this.at += 1;
    if (/^["']/.test(rest)) {
      const { value, length } = quotedAt(rest, 0, start);
      if (rest.slice(length).trim() !== '') throw new Unread(start);
      return { kind: 'scalar', value, start, end: this.at };
    }
    // A plain text goes on in deeper lines.
    let value = rest;
    for (;;) {
      const line = this.#lines[this.at];
      if (!isOfKey || !line || line.content === '' || line.indent <= indent) break;
      if (keyOf(line.content) || isItem(line.content)) throw new Unread(this.at);
      value += ` ${line.content}`;
      this.at += 1;
    }
    return { kind: 'scalar', value, start, end: this.at };
  }

  #literal(sign: string, indent: number, start: number): Scalar {
    this.at += 1;
    const lines: string[] = [];
    for (;;) {
      const line = this.#lines[this.at];
      if (!line || (line.raw.trim() !== '' && line.indent <= indent)) break;
      lines.push(line.raw);
      this.at += 1;
    }
    let end = this.at;
    while (lines.length > 0 && lines.at(-1)?.trim() === '') {
      lines.pop();
      end -= 1;
    }
    this.at = end;
    const least = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length), Infinity);
    const own = lines.map((line) => line.slice(Number.isFinite(least) ? least : 0));
    return { kind: 'scalar', value: own.join(sign.startsWith('>') ? ' ' : '\n'), start, end };
  }

  /** A list or map in brackets, over as many lines as it takes. */
  #flow(first: string, start: number): Node {
    let text = first;
    this.at += 1;
    while (!isBalanced(text)) {
      const line = this.#lines[this.at];
      if (!line) throw new Unread(start);
      text += ` ${line.content}`;
      this.at += 1;
    }
    const flow = new Flow(text, start, this.at);
    const node = flow.value(0);
    flow.finish();
    return node;
  }
}

class Flow {
  #at = 0;

  constructor(
    readonly text: string,
    readonly start: number,
    readonly end: number,
  ) {}

  value(depth: number): Node {
    if (depth > DEEPEST) throw new Unread(this.start);
    this.#space();
    const place = { start: this.start, end: this.end };
    const sign = this.text[this.#at];
    if (sign === '[') {
      const items: Node[] = [];
      this.#members(']', () => { items.push(this.value(depth + 1)); });
      return { kind: 'list', items, ...place };
    }
    if (sign === '{') {
      const entries: Entry[] = [];
      this.#members('}', () => {
        const key = this.#scalar(true);
        this.#space();
        if (this.text[this.#at] !== ':') throw new Unread(this.start);
        this.#at += 1;
        entries.push({ key, value: this.value(depth + 1), ...place });
      });
      return { kind: 'map', entries, indent: null, ...place };
    }
    return { kind: 'scalar', value: this.#scalar(false), ...place };
  }

  finish(): void {
    this.#space();
    if (this.#at < this.text.length) throw new Unread(this.start);
  }

  #members(close: string, member: () => void): void {
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.text[this.#at] === close) break;
      member();
      this.#space();
      if (this.text[this.#at] === ',') this.#at += 1;
      else if (this.text[this.#at] !== close) throw new Unread(this.start);
    }
    this.#at += 1;
  }

  #scalar(isKey: boolean): string {
    const sign = this.text[this.#at];
    if (sign === '"' || sign === "'") {
      const { value, length } = quotedAt(this.text, this.#at, this.start);
      this.#at += length;
      return value;
    }
    const match = (isKey ? /^[^,:[\]{}]+/ : /^[^,[\]{}]+/).exec(this.text.slice(this.#at));
    if (!match) throw new Unread(this.start);
    this.#at += match[0].length;
    return match[0].trim();
  }

  #space(): void {
    while (this.text[this.#at] === ' ') this.#at += 1;
  }
}

/** A quoted text, and how long it is with its quotes. */
function quotedAt(text: string, from: number, line: number): { value: string; length: number } {
  const quote = text[from];
  let at = from + 1;
  for (; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at += 1;
      else break;
    }
  }
  if (at >= text.length) throw new Unread(line);
  const inside = text.slice(from + 1, at);
  if (quote === "'") return { value: inside.replaceAll("''", "'"), length: at + 1 - from };
  try {
    return { value: JSON.parse(`"${inside}"`) as string, length: at + 1 - from };
  } catch {
    // An escape that JSON does not have.
    throw new Unread(line);
  }
}

function isItem(content: string): boolean {
  return content === '-' || content.startsWith('- ');
}

function keyOf(content: string): { key: string; rest: string } | null {
  const match = /^(?:"([^"\\]*)"|'([^']*)'|([^\s"'[\]{}&*!|>%@`#,?-][^:#]*?|-[^\s:][^:#]*?))\s*:(?:\s+(.*))?$/.exec(content);
  if (!match) return null;
  return { key: match[1] ?? match[2] ?? match[3] ?? '', rest: match[4] ?? '' };
}

/** A line without its comment: a `#` at the beginning or after a space, outside of quotes. */
function uncommented(line: string): string {
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at] ?? '';
    if (quote === '"' && sign === '\\') at += 1;
    else if (quote !== '') quote = sign === quote ? '' : quote;
    else if ((sign === '"' || sign === "'") && (at === 0 || /[\s[{,:-]/.test(line[at - 1] ?? ''))) quote = sign;
    else if (sign === '#' && (at === 0 || line[at - 1] === ' ')) return line.slice(0, at).trimEnd();
  }
  return line.trimEnd();
}

function isBalanced(text: string): boolean {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quote === '"' && sign === '\\') at += 1;
    else if (quote !== '') quote = sign === quote ? '' : quote;
    else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth -= 1;
  }
  return depth <= 0;
}
