// What was typed into the search, as the server is asked for it.
import type { SearchHit } from '../../client/generated';
import { normalized } from '../table/filter';
import { kindOf, type Kind } from './kinds';

/** The longest text that the server looks for, in bytes (`crates/server/src/routes/search.rs`). */
const LONGEST = 200;

export interface Question {
  /** The text, in the letters of names and ids. */
  text: string;
  /** The package with its version, where the text is one: `xz 5.6.1` and `xz@5.6.1` are `xz@5.6.1`. */
  packageVersion: string | null;
}

/** Reads what was typed. Full-width letters are the plain ones; what is longer than the server takes is cut. */
export function questionOf(typed: string): Question {
  const text = fitting(normalized(typed).replaceAll(/\s+/g, ' ').replace(/[?？]+$/, '').trim());
  // Names of npm may begin with the sign that stands before versions elsewhere.
  const match = /^(@?[^\s@]+)(?: |@)v?(\d[^\s@]*)$/.exec(text);
  return { text, packageVersion: match ? `${match[1] ?? ''}@${match[2] ?? ''}` : null };
}

export interface Group {
  kind: Kind;
  hits: SearchHit[];
}

/** The hits by kind: the kind with the nearest hit first, each thing once; without kinds that are not known here. */
export function grouped(hits: readonly SearchHit[], compare: (left: string, right: string) => number): Group[] {
  const groups = new Map<Kind, Map<string, SearchHit>>();
  // Versions of a package in the order of their numbers, which the server does not know.
  const order = (left: SearchHit, right: SearchHit) => left.rank - right.rank || (left.kind === 'package' && right.kind === 'package' ? compare(left.id, right.id) : 0);
  for (const hit of [...hits].sort(order)) {
    const kind = kindOf(hit.kind);
    if (!kind) continue;
    const group = groups.get(kind) ?? new Map<string, SearchHit>();
    if (!group.has(hit.id)) group.set(hit.id, hit);
    groups.set(kind, group);
  }
  return [...groups].map(([kind, found]) => ({ kind, hits: [...found.values()] }));
}

function fitting(text: string): string {
  const encoder = new TextEncoder();
  let cut = text.slice(0, LONGEST);
  while (encoder.encode(cut).length > LONGEST) cut = cut.slice(0, -1);
  return cut;
}
