// Which of some versions is the highest, as far as numbers tell: ecosystems order words (`rc1`, `1.1.1k`, `~`) each in a way
// of its own, so versions that differ by them first are left as they are.

/** The highest of the versions; `null` where it is not plain to see. */
export function highestOf(versions: readonly string[]): string | null {
  let highest: string | null = null;
  for (const version of versions) {
    const order: number | null = highest === null ? 1 : compare(version, highest);
    if (order === null) return null;
    if (order > 0) highest = version;
  }
  return highest;
}

/** Positive where the first one is higher; `null` where numbers do not tell. */
function compare(left: string, right: string): number | null {
  const [mine, theirs] = [partsOf(left), partsOf(right)];
  for (let at = 0; at < Math.max(mine.length, theirs.length); at += 1) {
    const [one, other] = [mine[at], theirs[at]];
    if (one === other) continue;
    // The longer one is higher where a number follows: 1.2.1 after 1.2.
    if (one === undefined || other === undefined) {
      const [rest, sign] = one === undefined ? [theirs, -1] : [mine, 1];
      return rest[at] === '.' && isNumber(rest[at + 1]) ? sign : null;
    }
    if (!isNumber(one) || !isNumber(other)) return null;
    const distance = BigInt(one) - BigInt(other);
    if (distance !== 0n) return distance > 0n ? 1 : -1;
  }
  return 0;
}

/** Numbers and what is between them. An epoch (`1:2.0`) is there always: without one it is 0. */
function partsOf(version: string): string[] {
  const plain = version.replace(/^v(?=\d)/, '');
  return (/^\d+:/.test(plain) ? plain : `0:${plain}`).match(/\d+|\D+/g) ?? [];
}

function isNumber(part: string | undefined): part is string {
  return part !== undefined && /^\d+$/.test(part);
}
