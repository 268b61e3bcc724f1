// A policy's document as the form needs it, and the changes of the form as changes of the text: only the lines that a value
// stands on are written anew.
import { entryOf, readYaml, textOf, Unread, type Entry, type Node } from './yaml';

export interface ControlOutline {
  type: string;
  /** Its values by key: a text, a list of texts, or `null` for what the form does not show. */
  values: Readonly<Record<string, string | readonly string[] | null>>;
  /** Whether the form can change it: it is not written in braces. */
  isEditable: boolean;
  start: number;
  end: number;
}

export interface Variable {
  attribute: string;
  name: string;
  value: string;
}

export interface ScopeOutline {
  expression: string;
  variables: readonly Variable[];
}

export interface Outline {
  name: string;
  description: string;
  mode: string;
  scope: ScopeOutline | null;
  controls: readonly ControlOutline[];
}

/** A value of the form: a text, a list, or nothing to take the key away. */
export type FormValue = string | readonly string[] | null;

/** Reads a document; `null` where the form cannot follow, as in JSON. */
export function outlineOf(text: string): Outline | null {
  try {
    const root = readYaml(text);
    const scope = entryOf(root, 'scope')?.value;
    const list = entryOf(root, 'controls')?.value;
    if (root.kind !== 'map' || root.indent !== 0 || (list && list.kind !== 'list')) return null;
    return {
      name: textOf(root, 'name') ?? '',
      description: textOf(root, 'description') ?? '',
      mode: textOf(root, 'mode') ?? 'enforce',
      scope: scope ? scopeOf(scope) : null,
      controls: list?.kind === 'list' ? list.items.map(controlOf) : [],
    };
  } catch (error) {
    if (error instanceof Unread) return null;
    throw error;
  }
}

/** Sets or takes away one of the texts at the top: name, description, mode. */
export function withTop(text: string, key: 'name' | 'description' | 'mode', value: string | null): string {
  const root = readYaml(text);
  const entry = entryOf(root, key);
  if (value === null || value === '') return entry ? replaced(text, entry.start, entry.end, []) : text;
  const line = `${key}: ${written(value)}`;
  if (entry) return replaced(text, entry.start, entry.end, [line]);
  const before = ['description', 'version', 'name', 'schema'].map((name) => entryOf(root, name)).find((one) => one !== undefined);
  const at = before?.end ?? 0;
  return replaced(text, at, at, [line]);
}

/** Sets or takes away a value of a control. */
export function withControlValue(text: string, index: number, key: string, value: FormValue): string {
  const control = controlAt(text, index);
  if (control?.kind !== 'map' || control.indent === null) return text;
  const entry = entryOf(control, key);
  const lines = value === null || value === '' || (Array.isArray(value) && value.length === 0) ? [] : entryLines(key, value, control.indent);
  if (entry) return replacedEntry(text, entry, lines, control.indent);
  const type = entryOf(control, 'control');
  const at = type?.end ?? control.end;
  return lines.length === 0 ? text : replaced(text, at, at, lines);
}

/** Adds a control behind the others. */
export function withControl(text: string, type: string, values: Readonly<Record<string, FormValue>> = {}): string {
  const list = entryOf(readYaml(text), 'controls');
  const first = list?.value.kind === 'list' ? list.value.items[0] : undefined;
  const column = first?.kind === 'map' && first.indent !== null ? first.indent - 2 : 2;
  const pad = ' '.repeat(column);
  const lines = [`${pad}- control: ${type}`];
  for (const [key, value] of Object.entries(values)) {
    if (value !== null && value.length > 0) lines.push(...entryLines(key, value, column + 2));
  }
  if (!list) return `${text.replace(/\n*$/, '\n')}controls:\n${lines.join('\n')}\n`;
  if (list.value.kind === 'list' && list.value.items.length > 0 && first?.kind === 'map' && first.start > list.start) {
    return replaced(text, list.end, list.end, lines);
  }
  // An empty list, or one in brackets that is empty.
  return replaced(text, list.start, list.end, ['controls:', ...lines]);
}

export function withoutControl(text: string, index: number): string {
  const control = controlAt(text, index);
  return control ? replaced(text, control.start, control.end, []) : text;
}

/** Writes the scope anew; without variables the policy applies to everything. */
export function withScope(text: string, scope: ScopeOutline): string {
  const root = readYaml(text);
  const entry = entryOf(root, 'scope');
  const lines: string[] = [];
  if (scope.variables.length > 0) {
    lines.push('scope:');
    if (scope.expression.trim() !== '') lines.push(`  expression: ${written(scope.expression.trim())}`);
    lines.push('  variables:');
    for (const { attribute, name, value } of scope.variables) {
      lines.push(`    - { attribute: ${written(attribute)}${name === '' ? '' : `, name: ${written(name)}`}, value: ${written(value)} }`);
    }
  }
  if (entry) return replaced(text, entry.start, entry.end, lines);
  const controls = entryOf(root, 'controls');
  const at = controls?.start ?? text.split('\n').length;
  return lines.length === 0 ? text : replaced(text, at, at, lines);
}

/** A text as YAML: plain where that is safe, else in double quotes, which are those of JSON. */
export function written(value: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_./ ()+-]*$/u.test(value) && !value.endsWith(' ') && !/^(?:true|false|null|yes|no|on|off|y|n|~)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}

function entryLines(key: string, value: string | readonly string[], indent: number): string[] {
  const pad = ' '.repeat(indent);
  if (typeof value !== 'string') return [`${pad}${key}: [${value.map((item) => (/^\d+(\.\d+)?$/.test(item) ? JSON.stringify(item) : written(item))).join(', ')}]`];
  if (value.includes('\n')) return [`${pad}${key}: |`, ...value.replace(/\n+$/, '').split('\n').map((line) => (line === '' ? '' : `${pad}  ${line}`))];
  return [`${pad}${key}: ${/^-?\d+(\.\d+)?$/.test(value) ? value : written(value)}`];
}

/** The entry at the hyphen of its item keeps the hyphen. */
function replacedEntry(text: string, entry: Entry, lines: string[], indent: number): string {
  const first = text.split('\n')[entry.start] ?? '';
  const hyphen = /^\s*-\s+/.exec(first);
  if (!hyphen || hyphen[0].length !== indent) return replaced(text, entry.start, entry.end, lines);
  if (lines.length > 0) return replaced(text, entry.start, entry.end, [hyphen[0] + (lines[0] ?? '').trimStart(), ...lines.slice(1)]);
  // The next entry moves up to the hyphen.
  const all = text.split('\n');
  const next = all[entry.end] ?? '';
  return replaced(text, entry.start, entry.end + 1, [hyphen[0] + next.trimStart()]);
}

function replaced(text: string, start: number, end: number, lines: readonly string[]): string {
  const all = text.split('\n');
  all.splice(start, end - start, ...lines);
  return all.join('\n');
}

function controlAt(text: string, index: number): Node | undefined {
  const list = entryOf(readYaml(text), 'controls')?.value;
  return list?.kind === 'list' ? list.items[index] : undefined;
}

function controlOf(node: Node): ControlOutline {
  const values: Record<string, string | readonly string[] | null> = {};
  if (node.kind === 'map') {
    for (const { key, value } of node.entries) {
      if (key !== 'control') values[key] = plain(value);
    }
  }
  return { type: textOf(node, 'control') ?? '', values, isEditable: node.kind === 'map' && node.indent !== null, start: node.start, end: node.end };
}

function plain(node: Node): string | readonly string[] | null {
  if (node.kind === 'scalar') return node.value;
  if (node.kind !== 'list') return null;
  const texts = node.items.map((item) => (item.kind === 'scalar' ? item.value : null));
  return texts.every((text) => text !== null) ? texts : null;
}

function scopeOf(node: Node): ScopeOutline {
  const list = entryOf(node, 'variables')?.value;
  const variables = list?.kind === 'list' ? list.items : [];
  return {
    expression: textOf(node, 'expression') ?? '',
    variables: variables.map((variable) => ({
      attribute: textOf(variable, 'attribute') ?? '',
      name: textOf(variable, 'name') ?? '',
      value: textOf(variable, 'value') ?? '',
    })),
  };
}
