import { expect, test } from 'vitest';
import type { ImageFinding } from '../../client/generated';
import { verdictOf } from '../../client/verdict';
import { filterOf, layersOf } from './layers';

const finding = (more: Partial<ImageFinding>): ImageFinding => ({ kind: 'vulnerability', id: 'CVE-1', severity: 'high', kev: false, ...more });

const evidenceOf = (more: object) => {
  const evidence = verdictOf({ reasons: [{ code: 'verdict.gaps', evidence: [{ kind: 'vulnerability', id: 'CVE-1', ...more }] }] }).reasons[0]?.evidence[0];
  if (!evidence) throw new Error('no evidence');
  return evidence;
};

const gap = { ...evidenceOf({ id: 'it is torn' }), kind: null };

test('the findings that evidence names are asked for, each id once, as itself', () => {
  const all = [{}, { kind: 'license', id: 'GPL 2, or later' }, {}, { kind: 'misconfiguration', id: 'MINE-*' }].map(evidenceOf);
  expect(filterOf([...all, gap])).toBe('id:CVE-1,"GPL 2, or later","MINE-*"');
  expect(filterOf([gap])).toBe('');
});

test('no more is asked for than the server takes', () => {
  const evidence = (count: number, id: string) => Array.from({ length: count }, (_, at) => evidenceOf({ id: `${id}${String(at)}` }));
  const short = filterOf(evidence(500, 'C-'));
  expect(short.split(',')).toHaveLength(200);
  expect(filterOf(evidence(500, 'x'.repeat(100))).length).toBeLessThanOrEqual(3_000);
});

test('a vulnerability is of the layer of its package, anything else of that of its place', () => {
  const of = layersOf([
    finding({ package: 'pkg:deb/debian/xz@5', path: 'usr/lib/liblzma.so', layer: 3 }),
    finding({ package: 'pkg:npm/left-pad@1', layer: 0 }),
    finding({ kind: 'secret', id: 'aws', path: 'a.env', line: 2, layer: 4 }),
    finding({ kind: 'secret', id: 'aws', path: 'b.env', line: 2, layer: 5 }),
  ]);
  expect(of(evidenceOf({ package: 'pkg:deb/debian/xz@5' }))).toBe(3);
  expect(of(evidenceOf({ package: 'pkg:npm/left-pad@1' }))).toBe(0);
  expect(of(evidenceOf({ package: 'pkg:npm/left-pad@2' }))).toBeNull();
  expect(of(evidenceOf({ kind: 'secret', id: 'aws', path: 'b.env', line: 2 }))).toBe(5);
});

test('what lies in several layers is said to be of none', () => {
  const one = finding({ kind: 'secret', id: 'aws', path: 'a.env', line: 2 });
  const of = layersOf([{ ...one, layer: 1 }, { ...one, layer: 2 }]);
  expect(of(evidenceOf({ kind: 'secret', id: 'aws', path: 'a.env', line: 2 }))).toBeNull();
});
