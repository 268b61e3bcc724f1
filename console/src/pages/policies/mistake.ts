// What the server says is wrong with a document: the line, and of a scope's expression the character.
import { Failure } from '../../client/failure';
import type { Language } from '../../i18n/format';

export interface Mistake {
  /** From 1; none where it is about the whole. */
  line: number | null;
  /** What is wrong, with the key. */
  problem: string;
  /** The language of that: the server has no Japanese for some of what interpreters say. */
  language: Language;
  /** Of the expression of a scope: where in it, and what. */
  expression: { position: number; problem: string } | null;
}

/** How the server tells the character of an expression (`content/messages/fields.ja.json`). */
const AT: Readonly<Record<Language, RegExp>> = {
  en: /at character (\d+) of the scope expression: (.*)$/s,
  ja: /スコープ式の(\d+)文字目: (.*)$/s,
};

/** Whether the document was refused. */
export function isMistake(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'request.invalid' && error.parameters.field === 'document';
}

/** Reads a refusal, in the reader's language; nothing where it is about something else. */
export function mistakeOf(error: unknown, reader: Language): Mistake | null {
  if (!isMistake(error)) return null;
  const { line, problem, problem_ja: japanese } = error.parameters;
  const language = reader === 'ja' && typeof japanese === 'string' ? 'ja' : 'en';
  const told = language === 'ja' ? japanese : problem;
  const said = typeof told === 'string' ? told : error.detail;
  const match = AT[language].exec(said);
  return {
    line: typeof line === 'number' ? line : null,
    problem: said,
    language,
    expression: match ? { position: Number(match[1]), problem: match[2] ?? '' } : null,
  };
}
