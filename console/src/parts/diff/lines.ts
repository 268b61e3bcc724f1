// What is different between two texts, line by line, and how two changes of one text go together.

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Longer texts are compared as a whole: policies have some hundred lines. */
const MOST_CELLS = 16_000_000;

/** The lines of two texts: what stayed, what went, what came. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = linesOf(before);
  const young = linesOf(after);
  const out: DiffLine[] = [];
  let start = 0;
  while (start < old.length && start < young.length && old[start] === young[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < young.length - start && old[old.length - 1 - end] === young[young.length - 1 - end]) end += 1;
  const same = (lines: string[]) => { for (const text of lines) out.push({ kind: 'same', text }); };
  same(old.slice(0, start));
  out.push(...middle(old.slice(start, old.length - end), young.slice(start, young.length - end)));
  same(old.slice(old.length - end));
  return out;
}

/** A change of some lines of a text: those from `start` to `end` become others. */
interface Hunk {
  start: number;
  end: number;
  lines: string[];
}

/** Two changes of one text together; nothing where they touch the same lines. */
export function mergeLines(base: string, mine: string, theirs: string): string | null {
  const hunks = [...hunksOf(base, mine), ...hunksOf(base, theirs)].sort((left, right) => left.start - right.start || left.end - right.end);
  const lines = linesOf(base);
  const out: string[] = [];
  let at = 0;
  let last: Hunk | null = null;
  for (const hunk of hunks) {
    if (last && hunk.start === last.start && hunk.end === last.end && hunk.lines.join('\n') === last.lines.join('\n')) continue;
    if (last && hunk.start <= last.end) return null;
    out.push(...lines.slice(at, hunk.start), ...hunk.lines);
    at = hunk.end;
    last = hunk;
  }
  return [...out, ...lines.slice(at)].join('\n');
}

function hunksOf(base: string, other: string): Hunk[] {
  const hunks: Hunk[] = [];
  let at = 0;
  let open: Hunk | null = null;
  for (const line of diffLines(base, other)) {
    if (line.kind === 'same') {
      open = null;
      at += 1;
      continue;
    }
    if (!open) {
      open = { start: at, end: at, lines: [] };
      hunks.push(open);
    }
    if (line.kind === 'added') open.lines.push(line.text);
    else {
      at += 1;
      open.end = at;
    }
  }
  return hunks;
}

/** The longest common subsequence, by the table of lengths. */
function middle(old: string[], young: string[]): DiffLine[] {
  const removed = (text: string): DiffLine => ({ kind: 'removed', text });
  const added = (text: string): DiffLine => ({ kind: 'added', text });
  const width = young.length + 1;
  if (old.length * width > MOST_CELLS) return [...old.map(removed), ...young.map(added)];
  const lengths = new Uint32Array((old.length + 1) * width);
  const length = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row -= 1) {
    for (let column = young.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] = old[row] === young[column] ? length(row + 1, column + 1) + 1 : Math.max(length(row + 1, column), length(row, column + 1));
    }
  }
  const out: DiffLine[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length && column < young.length) {
    const text = old[row] ?? '';
    if (text === young[column]) {
      out.push({ kind: 'same', text });
      row += 1;
      column += 1;
    } else if (length(row + 1, column) >= length(row, column + 1)) {
      out.push(removed(text));
      row += 1;
    } else {
      out.push(added(young[column] ?? ''));
      column += 1;
    }
  }
  return [...out, ...old.slice(row).map(removed), ...young.slice(column).map(added)];
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/\r$/, ''));
}
