// What the server refused of a form: told at its field, and by the name that the reader knows.
import { createContext, use, useEffect, type ReactNode } from 'react';
import { useFormat } from '../../i18n/language';
import { refusedField, sayProblem } from '../../i18n/problems';

export interface Refusals {
  error: unknown;
  /** The labels of the fields that are shown, by the names that requests have for them. */
  labels: ReadonlyMap<string, ReactNode>;
  /** Tells a field; returns the way to take it back. */
  tell: (member: string, label: ReactNode) => () => void;
}

export const RefusalsContext = createContext<Refusals | null>(null);

/** Which of the fields a name of the server means: itself, or what it stands in (`variables[2].value` in `variables`). */
export function memberOf(field: string, members: Iterable<string>): string | null {
  let found: string | null = null;
  for (const member of members) {
    const isWithin = field === member || (field.startsWith(member) && ['.', '['].includes(field[member.length] ?? ''));
    if (isWithin && member.length > (found?.length ?? -1)) found = member;
  }
  return found;
}

/** What is wrong with a field, in a sentence; `member` is its name in the request, where the form sends it. */
export function useRefusal(member: string | undefined, label: ReactNode): string | null {
  const format = useFormat();
  const refusals = use(RefusalsContext);
  const tell = refusals?.tell;
  useEffect(() => (member === undefined ? undefined : tell?.(member, label)), [tell, member, label]);
  const field = refusedField(refusals?.error);
  if (!refusals || member === undefined || field === null || memberOf(field, refusals.labels.keys()) !== member) return null;
  return sayProblem(refusals.error, format, typeof label === 'string' ? label : undefined);
}

/** What the reader calls the field that an error is about. */
export function useRefusedLabel(error: unknown): string | undefined {
  const refusals = use(RefusalsContext);
  const field = refusedField(error);
  const member = refusals && field !== null ? memberOf(field, refusals.labels.keys()) : null;
  const label = member === null ? undefined : refusals?.labels.get(member);
  return typeof label === 'string' ? label : undefined;
}
