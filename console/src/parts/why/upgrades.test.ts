import { expect, test } from 'vitest';
import type { Verdict, VerdictEvidence, VerdictReason } from '../../client/verdict';
import { upgradesOf } from './upgrades';

const found = (id: string, name: string | null, fixedVersion: string | null, remedy: string | null = null): VerdictEvidence => ({
  kind: 'vulnerability', id, package: name, path: null, line: null, severity: 'high', score: null, fixedVersion, remedy,
});

const reason = (evidence: VerdictEvidence[], more: Partial<VerdictReason> = {}): VerdictReason => ({
  code: 'verdict.vulnerability.severity', parameters: {}, policy: 'p', control: 'vulnerability.severity', decision: 'fail', evidence, evidenceCount: evidence.length, ...more,
});

const verdict = (reasons: VerdictReason[]): Verdict => ({
  id: '', decision: 'deny', effects: [], subject: '', digest: '', evaluated: '', intelligence: 1, cause: '', policies: [], reasons, exceptions: [],
});

test('what several policies find in a package is one upgrade', () => {
  const lodash = 'pkg:npm/lodash@4.17.11';
  const { upgrades, areEnough } = upgradesOf(verdict([
    reason([found('CVE-1', lodash, '4.17.12', 'npm update lodash'), found('CVE-2', lodash, '4.17.21', 'npm update lodash')]),
    reason([found('CVE-1', lodash, '4.17.12', 'npm update lodash'), found('CVE-3', 'pkg:npm/qs@6.7.0', '6.7.3', 'npm update qs')]),
  ]));
  expect(upgrades).toEqual([
    { package: lodash, versions: ['4.17.21'], commands: ['npm update lodash'] },
    { package: 'pkg:npm/qs@6.7.0', versions: ['6.7.3'], commands: ['npm update qs'] },
  ]);
  expect(areEnough).toBe(true);
});

test('a package in several kinds of places has a command for each', () => {
  const lodash = 'pkg:npm/lodash@4.17.20';
  const { upgrades } = upgradesOf(verdict([
    reason([found('CVE-1', lodash, '4.17.21', 'npm install lodash@4.17.21\nyarn upgrade lodash@4.17.21')]),
    reason([found('CVE-2', lodash, '4.17.21', 'npm install lodash@4.17.21\nyarn upgrade lodash@4.17.21')]),
  ]));
  expect(upgrades[0]?.commands).toEqual(['npm install lodash@4.17.21', 'yarn upgrade lodash@4.17.21']);
});

test('the highest version alone is told, with its command; where words decide, all are', () => {
  const lodash = 'pkg:npm/lodash@4.17.4';
  const openssl = 'pkg:apk/alpine/openssl@1.1.1g';
  const { upgrades } = upgradesOf(verdict([reason([
    found('CVE-1', lodash, '4.17.21', 'npm install lodash@4.17.21'), found('CVE-2', lodash, '4.17.5', 'npm install lodash@4.17.5'),
    found('CVE-3', openssl, '1.1.1k'), found('CVE-4', openssl, '1.1.1l'),
  ])]));
  expect(upgrades).toEqual([
    { package: lodash, versions: ['4.17.21'], commands: ['npm install lodash@4.17.21'] },
    { package: openssl, versions: ['1.1.1k', '1.1.1l'], commands: [] },
  ]);
});

test('upgrades are not enough where something has none, is not a package, or is not told', () => {
  const one = found('CVE-1', 'pkg:npm/qs@6.7.0', '6.7.3');
  expect(upgradesOf(verdict([reason([one, found('CVE-2', 'pkg:npm/a@1', null)])])).areEnough).toBe(false);
  expect(upgradesOf(verdict([reason([one]), reason([{ ...one, package: null, fixedVersion: null, kind: 'secret' }])])).areEnough).toBe(false);
  expect(upgradesOf(verdict([reason([one], { evidenceCount: 50 })])).areEnough).toBe(false);
  expect(upgradesOf(verdict([reason([one]), reason([], { code: 'verdict.superuser' })])).areEnough).toBe(false);
});

test('what only warns asks for nothing', () => {
  const warns = reason([found('CVE-1', 'pkg:npm/qs@6.7.0', '6.7.3')], { decision: 'warn' });
  expect(upgradesOf(verdict([warns]))).toEqual({ upgrades: [], areEnough: false });
});
