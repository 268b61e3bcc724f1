// Which layer brought what a verdict rests on. Verdicts do not tell; the findings of the image do.
import type { ImageFinding } from '../../client/generated';
import type { VerdictEvidence } from '../../client/verdict';
import { quoted } from '../table/filter';

/** The most values of a term, and the longest filter, that are asked for: a part of what the server takes (`crates/policy/src/filter/read.rs`). */
const MOST_IDS = 200;
const LONGEST_FILTER = 3_000;

/** The filter that takes the findings which evidence names; empty where it names none. What is beyond its length is left out. */
export function filterOf(evidence: readonly VerdictEvidence[]): string {
  const ids = new Set<string>();
  let filter = '';
  for (const { kind, id } of evidence) {
    if (kind === null || id === '' || ids.has(id)) continue;
    const longer = `${filter === '' ? 'id:' : `${filter},`}${literal(id)}`;
    if (ids.size >= MOST_IDS || longer.length > LONGEST_FILTER) break;
    ids.add(id);
    filter = longer;
  }
  return filter;
}

/** An id as itself: in quotes its signs mean nothing. */
function literal(id: string): string {
  const text = quoted(id);
  return /[*<>]/.test(text) && !text.startsWith('"') ? `"${text}"` : text;
}

/** The layer of a piece of evidence; `null` where none is known, or several are. */
export type LayerOf = (evidence: VerdictEvidence) => number | null;

export function layersOf(findings: readonly ImageFinding[]): LayerOf {
  const layers = new Map<string, number | null>();
  for (const { kind, id, package: owner = null, path = null, line = null, layer = null } of findings) {
    const key = keyOf(kind, id, owner, path, line);
    layers.set(key, layers.has(key) && layers.get(key) !== layer ? null : layer);
  }
  return ({ kind, id, package: owner, path, line }) => (kind === null ? null : layers.get(keyOf(kind, id, owner, path, line)) ?? null);
}

/** What evidence and finding have in common: of a vulnerability that is its package, wherever that lies. */
function keyOf(kind: string, id: string, owner: string | null, path: string | null, line: number | null): string {
  return JSON.stringify(kind === 'vulnerability' ? [kind, id, owner] : [kind, id, owner, path, line]);
}
