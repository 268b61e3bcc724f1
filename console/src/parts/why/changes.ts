// What one verdict says that the one before it did not.
import type { Verdict, VerdictEvidence, VerdictReason } from '../../client/verdict';

export interface ReasonChange {
  /** The reason as the newer verdict has it; of one that went, as the older had it. */
  reason: VerdictReason;
  kind: 'came' | 'went' | 'differs';
  /** The evidence that is new, where both verdicts list all of theirs. */
  more: readonly VerdictEvidence[];
  /** The evidence that is gone. */
  fewer: readonly VerdictEvidence[];
}

/** The reasons that came, went, or rest on other evidence, in the order of the verdicts. */
export function changesOf(newer: Verdict, older: Verdict): readonly ReasonChange[] {
  const before = new Map(older.reasons.map((reason) => [keyOf(reason), reason]));
  const after = new Set(newer.reasons.map(keyOf));
  const changes = newer.reasons.flatMap((reason): ReasonChange[] => {
    const old = before.get(keyOf(reason));
    if (old === undefined) return [{ reason, kind: 'came', more: [], fewer: [] }];
    const isWhole = reason.evidence.length === reason.evidenceCount && old.evidence.length === old.evidenceCount;
    const more = isWhole ? beyond(reason, old) : [];
    const fewer = isWhole ? beyond(old, reason) : [];
    const differs = more.length > 0 || fewer.length > 0 || reason.evidenceCount !== old.evidenceCount || reason.decision !== old.decision;
    return differs ? [{ reason, kind: 'differs', more, fewer }] : [];
  });
  const went = older.reasons.filter((reason) => !after.has(keyOf(reason)));
  return [...changes, ...went.map((reason): ReasonChange => ({ reason, kind: 'went', more: [], fewer: [] }))];
}

/** What stays the same when only the evidence changes: numbers in a reason count it. */
function keyOf({ policy, control, code, parameters }: VerdictReason): string {
  const words = Object.entries(parameters).filter(([, value]) => typeof value === 'string');
  return JSON.stringify([policy, control, code, words.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** The evidence of a reason that another one does not have, each once. */
function beyond(reason: VerdictReason, other: VerdictReason): VerdictEvidence[] {
  const known = new Set(other.evidence.map((evidence) => named(evidence, evidence.id)));
  const own = new Map(reason.evidence.map((evidence) => [named(evidence, evidence.id), evidence]));
  return [...own].filter(([name]) => !known.has(name)).map(([, evidence]) => evidence);
}

/** Evidence as one line: what it is, by the words for it, and where. */
export function named({ package: owner, path }: VerdictEvidence, what: string): string {
  return [what, owner ?? path].filter(Boolean).join(' · ');
}
