// What one verdict says that the one before it did not.
import type { Verdict, VerdictReason } from '../../client/verdict';

export interface ReasonChange {
  /** The reason as the newer verdict has it; of one that went, as the older had it. */
  reason: VerdictReason;
  kind: 'came' | 'went' | 'differs';
  /** The ids in its evidence that are new, where both verdicts list all of theirs. */
  more: readonly string[];
  /** The ids that are gone. */
  fewer: readonly string[];
}

/** The reasons that came, went, or rest on other evidence, in the order of the verdicts. */
export function changesOf(newer: Verdict, older: Verdict): readonly ReasonChange[] {
  const before = new Map(older.reasons.map((reason) => [keyOf(reason), reason]));
  const after = new Set(newer.reasons.map(keyOf));
  const changes = newer.reasons.flatMap((reason): ReasonChange[] => {
    const old = before.get(keyOf(reason));
    if (old === undefined) return [{ reason, kind: 'came', more: [], fewer: [] }];
    const [ids, known] = [idsOf(reason), idsOf(old)];
    const isWhole = reason.evidence.length === reason.evidenceCount && old.evidence.length === old.evidenceCount;
    const more = isWhole ? [...ids].filter((id) => !known.has(id)) : [];
    const fewer = isWhole ? [...known].filter((id) => !ids.has(id)) : [];
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

function idsOf(reason: VerdictReason): Set<string> {
  return new Set(reason.evidence.map(({ id, package: owner, path }) => [id, owner ?? path].filter(Boolean).join(' · ')));
}
