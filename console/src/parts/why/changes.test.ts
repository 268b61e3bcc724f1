import { expect, test } from 'vitest';
import { verdictOf, type VerdictEvidence } from '../../client/verdict';
import { changesOf, named } from './changes';

const reason = (code: string, ids: readonly string[], parameters: object = { count: ids.length }, count?: number) => ({
  code, control: 'vulnerability.severity', policy: 'p', decision: 'fail', parameters, evidence_count: count ?? ids.length,
  evidence: ids.map((id) => ({ id, package: 'openssl' })),
});
const lines = (evidence: readonly VerdictEvidence[]) => evidence.map((one) => named(one, one.id));
const verdict = (...reasons: object[]) => verdictOf({ reasons });

test('reasons come and go, and those that stay tell what their evidence gained and lost', () => {
  const older = verdict(reason('a', ['CVE-1', 'CVE-2']), reason('gone', ['CVE-9']), reason('same', ['CVE-5']));
  const newer = verdict(reason('new', ['CVE-7']), reason('a', ['CVE-2', 'CVE-3', 'CVE-4']), reason('same', ['CVE-5']));
  expect(changesOf(newer, older).map(({ reason: { code }, kind, more, fewer }) => [code, kind, lines(more), lines(fewer)])).toEqual([
    ['new', 'came', [], []],
    ['a', 'differs', ['CVE-3 · openssl', 'CVE-4 · openssl'], ['CVE-1 · openssl']],
    ['gone', 'went', [], []],
  ]);
  expect(changesOf(newer, newer)).toEqual([]);
});

test('of evidence that is cut off nothing is said but that it is more or less', () => {
  const [older, newer] = [verdict(reason('a', ['CVE-1'], {}, 300)), verdict(reason('a', ['CVE-2'], {}, 301))];
  expect(changesOf(newer, older).map(({ kind, more, fewer }) => [kind, more, fewer])).toEqual([['differs', [], []]]);
});

test('the same control with another limit is another reason', () => {
  const [older, newer] = [verdict(reason('a', [], { severity: 'high' })), verdict(reason('a', [], { severity: 'low' }))];
  expect(changesOf(newer, older).map(({ kind }) => kind)).toEqual(['came', 'went']);
});
