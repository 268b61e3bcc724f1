// Two people who edit the same thing: what each of them changed, by member.

/** A member that both changed, to different values. */
export interface Collision {
  member: string;
  mine: unknown;
  theirs: unknown;
}

/** What I have with what they changed meanwhile: of each member the value of whoever changed it; mine where both did. */
export function merged<Draft extends object>(basis: Draft, mine: Draft, theirs: Draft): Draft {
  const result = { ...theirs } as Record<string, unknown>;
  for (const [member, value] of Object.entries(mine)) {
    if (!isSame(value, memberOf(basis, member))) result[member] = value;
  }
  return result as Draft;
}

/** The members that both changed, and not to the same. */
export function collisions<Draft extends object>(basis: Draft, mine: Draft, theirs: Draft): Collision[] {
  return Object.keys(mine).flatMap((member): Collision[] => {
    const [was, own, other] = [memberOf(basis, member), memberOf(mine, member), memberOf(theirs, member)];
    return isSame(own, was) || isSame(other, was) || isSame(own, other) ? [] : [{ member, mine: own, theirs: other }];
  });
}

/** Whether two values of JSON are the same. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => isSame(memberOf(left, name), memberOf(right, name)));
}

function memberOf(whole: object, name: string): unknown {
  return (whole as Readonly<Record<string, unknown>>)[name];
}
