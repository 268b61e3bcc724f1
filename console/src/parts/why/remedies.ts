// Loaded in Japanese alone, where a remedy is shown.
import { checks, steps } from 'virtual:remedy-phrases';
import type { VerdictEvidence } from '../../client/verdict';
import { sayerOf } from '../gap/phrases';

const sayStep = sayerOf(steps);

/** What to do about evidence, in Japanese; commands and what nobody translated stay as they are. */
export function sayRemedy({ kind, id, remedy }: VerdictEvidence): string | null {
  const ofCheck = kind === 'misconfiguration' && remedy !== null ? checks[id] : undefined;
  return ofCheck ?? remedy?.split('\n').map((line) => sayStep(line) ?? line).join('\n') ?? null;
}
