// What changed between two values of JSON, one line for each place.

export interface Difference {
  /** Where: `target.url`; empty for the whole. */
  path: string;
  before: string | null;
  after: string | null;
}

/** The places where two objects differ, in the order of the newer one. What is the same is left out. */
export function differences(before: unknown, after: unknown): Difference[] {
  return compare('', before ?? undefined, after ?? undefined);
}

function compare(path: string, before: unknown, after: unknown): Difference[] {
  if (isRecord(before) || isRecord(after)) {
    const left = isRecord(before) ? before : {};
    const right = isRecord(after) ? after : {};
    const names = [...new Set([...Object.keys(right), ...Object.keys(left)])];
    return names.flatMap((name) => compare(path === '' ? name : `${path}.${name}`, left[name], right[name]));
  }
  if (isPlainList(before) && isPlainList(after)) return compareSets(path, before, after);
  const [was, is] = [told(before), told(after)];
  return was === is ? [] : [{ path, before: was, after: is }];
}

/** Of lists of plain values, what went and what came. */
function compareSets(path: string, before: readonly unknown[], after: readonly unknown[]): Difference[] {
  const gone = before.filter((value) => !after.includes(value)).map(told);
  const come = after.filter((value) => !before.includes(value)).map(told);
  if (gone.length === 0 && come.length === 0) {
    const [was, is] = [told(before), told(after)];
    return was === is ? [] : [{ path, before: was, after: is }];
  }
  return [
    ...gone.map((value) => ({ path, before: value, after: null })),
    ...come.map((value) => ({ path, before: null, after: value })),
  ];
}

function told(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (isPlainList(value)) return value.length === 0 ? null : value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type Plain = string | number | boolean;

function isPlainList(value: unknown): value is readonly Plain[] {
  return Array.isArray(value) && value.every(isPlain);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
