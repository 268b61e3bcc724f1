import { expect, test } from 'vitest';
import { differenceOf } from './difference';

test('findings of all kinds are read with what they are called by, and packages with both versions', () => {
  const read = differenceOf({
    schema: 'bulkhead.diff/1',
    findings: {
      added: [{ kind: 'secret', rule: 'aws-access-key-id', path: 'app/.env', severity: 'critical' }],
      removed: [{ kind: 'vulnerability', id: 'CVE-1', package: { purl: 'pkg:npm/qs@6.7.0', name: 'qs' }, severity: 'high', fixed_version: '6.7.3' }],
      changed: [{ kind: 'vulnerability', id: 'CVE-2', package: { name: 'lodash', type: 'npm' }, old: { severity: 'high' }, new: { severity: 'critical', version: '4.17.11' } }],
    },
    packages: { added: [], removed: [], changed: [{ name: 'qs', type: 'npm', old: '6.7.0', new: '6.13.0' }] },
    not_compared: ['malware'],
    gaps: { added: [{ path: 'a.jar', reason: 'it is cut off' }] },
  });
  expect(read.findings.added[0]).toMatchObject({ id: 'aws-access-key-id', place: 'app/.env' });
  expect(read.findings.removed[0]).toMatchObject({ id: 'CVE-1', place: 'pkg:npm/qs@6.7.0', fixedVersion: '6.7.3', oldSeverity: null });
  expect(read.findings.changed[0]).toMatchObject({ place: 'lodash 4.17.11', severity: 'critical', oldSeverity: 'high' });
  expect(read.packages.changed).toEqual([{ name: 'qs', type: 'npm', version: '6.13.0', oldVersion: '6.7.0' }]);
  expect([read.notCompared, read.gaps]).toEqual([['malware'], [{ path: 'a.jar', reason: 'it is cut off' }]]);
});

test('a document of another version is empty, not an error', () => {
  expect(differenceOf({ schema: 'bulkhead.diff/9' })).toMatchObject({ findings: { added: [], removed: [], changed: [] }, notCompared: [] });
  expect(differenceOf(null).packages.changed).toEqual([]);
});
