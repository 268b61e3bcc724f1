// What several controls rest on is told once; those below refer to it.
import type { VerdictEvidence, VerdictReason } from '../../client/verdict';

/** So much evidence is shown of each reason; the tabs of the image have all of it. */
const SHOWN = 20;

export interface Told {
  /** What is told here. */
  shown: readonly VerdictEvidence[];
  /** How much of it stands under reasons above. */
  above: number;
  /** The controls of these reasons. */
  controls: readonly string[];
  /** How much more there is. */
  more: number;
}

/** Of each reason, in the order of reading, what it tells of its evidence. */
export function toldOf(reasons: readonly VerdictReason[]): readonly Told[] {
  const places = new Map<string, string>();
  return reasons.map((reason) => {
    const known = reason.evidence.filter((one) => places.has(keyOf(one)));
    const shown = reason.evidence.filter((one) => !places.has(keyOf(one))).slice(0, SHOWN);
    const controls = [...new Set(known.map((one) => places.get(keyOf(one)) ?? ''))];
    for (const one of shown) places.set(keyOf(one), reason.control ?? reason.code);
    return { shown, above: known.length, controls, more: Math.max(0, reason.evidenceCount - known.length - shown.length) };
  });
}

function keyOf(evidence: VerdictEvidence): string {
  return JSON.stringify(evidence);
}
