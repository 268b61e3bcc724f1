// Problems in words: those of the server from the catalogs that it shares with the other programs, those of the way to it
// from here.
import { english, japanese } from 'virtual:problem-sentences';
import { Failure, Unreachable } from '../client/failure';
import { catalog } from './catalog';
import type { Format } from './format';
import { fill, placeholders, type Value } from './message';
import { quotedPermission } from './permissions/permissions';

const own = catalog(
  {
    unreachable: 'The server cannot be reached.',
    unknown: 'The server answered with {status}, which the console does not understand.',
    defect: 'The console met a defect: {message}',
  } as const,
  {
    unreachable: 'サーバーに接続できません。',
    unknown: 'サーバーの応答({status})を解釈できません。',
    defect: 'コンソールで障害が発生しました: {message}',
  },
);

const catalogs: Readonly<Record<'en' | 'ja', Readonly<Record<string, string>>>> = { en: english, ja: japanese };

/** The name of the field that the server refused, as the request has it: `target.url`. */
export function refusedField(error: unknown): string | null {
  const field = error instanceof Failure && error.code === 'request.invalid' ? error.parameters.field : null;
  return typeof field === 'string' ? field : null;
}

/** What went wrong, in one sentence; `label` is what the reader calls the field that was refused. */
export function sayProblem(error: unknown, format: Format, label?: string): string {
  const words = own[format.language];
  if (error instanceof Unreachable) return words.unreachable;
  if (!(error instanceof Failure)) {
    return fill(words.defect, { message: error instanceof Error ? error.message : String(error) }, format);
  }
  const sentence = catalogs[format.language][`problem.${error.code}`];
  if (sentence === undefined) return fill(words.unknown, { status: error.status }, format);
  const values: Record<string, Value> = {};
  for (const name of placeholders(sentence)) {
    // What is wrong with a value is told by the server in both languages.
    const own = format.language === 'ja' ? error.parameters[`${name}_ja`] : undefined;
    const value = valueOf(own ?? error.parameters[name]);
    values[name] = name === 'permission' ? quotedPermission(String(value), format) : value;
  }
  if (label !== undefined) values.field = label;
  return fill(sentence, values, format).trim();
}

function valueOf(value: unknown): Value {
  if (typeof value === 'number' || typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
