// Why something did not work, in words: the codes of the server and its workers, with the sentences that notifications have
// too.
import { english, japanese } from 'virtual:cause-sentences';
import { english as englishProblems, japanese as japaneseProblems } from 'virtual:problem-sentences';
import type { Cause } from '../../client/generated';
import type { Format } from '../../i18n/format';
import { fill, placeholders, type Value } from '../../i18n/message';
import { visible } from '../HostileText';
import { messages } from './messages';

/** The sentence of a cause. A code that this console does not know yet is told as it is. */
export function sayCause(cause: Cause, format: Format): string {
  const isJapanese = format.language === 'ja';
  // Jobs that the server does itself fail with what a request would be refused with.
  const sentence = (isJapanese ? japanese : english)[cause.code] ?? (isJapanese ? japaneseProblems : englishProblems)[`problem.${cause.code}`];
  if (sentence === undefined) return fill(messages[format.language]['unknown'], { code: visible(cause.code) }, format);
  const values = Object.fromEntries(placeholders(sentence).map((name) => [name, valueOf(cause.parameters?.[name])]));
  return fill(sentence, values, format);
}

/** What the worker said beside it, in English: for whoever looks deeper. */
export function detailOf(cause: Cause): string {
  const detail = cause.parameters?.detail;
  return typeof detail === 'string' ? detail : '';
}

function valueOf(value: unknown): Value {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? visible(value) : '';
}
