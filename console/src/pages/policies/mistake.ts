// What the server says is wrong with a document: the line, and of a scope's expression the character.
import { Failure } from '../../client/failure';

export interface Mistake {
  /** From 1; none where it is about the whole. */
  line: number | null;
  /** What is wrong, with the key, in English as the server says it. */
  problem: string;
  /** Of the expression of a scope: where in it, and what. */
  expression: { position: number; problem: string } | null;
}

/** Reads a refusal; nothing where it is about something else. */
export function mistakeOf(error: unknown): Mistake | null {
  if (!(error instanceof Failure) || error.code !== 'request.invalid' || error.parameters.field !== 'document') return null;
  const { line, problem } = error.parameters;
  const said = typeof problem === 'string' ? problem : error.detail;
  const match = /at character (\d+) of the scope expression: (.*)$/s.exec(said);
  return {
    line: typeof line === 'number' ? line : null,
    problem: said,
    expression: match ? { position: Number(match[1]), problem: match[2] ?? '' } : null,
  };
}
