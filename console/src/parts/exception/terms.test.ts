import { expect, test } from 'vitest';
import { draftOf, isPlaced, lastDayOf, manyOf, repositoryOf, requestOf, saysWhat } from './terms';

const NOW = Date.parse('2026-11-28T20:00:00Z');

const PREFILL = { ids: ['CVE-2024-1'], kind: 'vulnerability', purl: 'pkg:npm/%40scope/name@1.0', digest: 'sha256:ab', image: 'registry.example:5000/shop/web:1.4' };

test('what is known where it is asked for stands in the form, the narrowest scope first', () => {
  const draft = draftOf(PREFILL, 'sato');
  expect(draft).toMatchObject({ ids: 'CVE-2024-1', kind: 'vulnerability', packageName: '@scope/name', ecosystem: 'npm', place: 'digest', repository: 'shop/web', owner: 'sato' });
  expect(requestOf({ ...draft, reason: 'not reachable here' }, NOW)).toEqual({
    name: 'CVE-2024-1 @ shop/web', owner: 'sato', reason: 'not reachable here', expires: '2026-12-28', ids: ['CVE-2024-1'], kind: 'vulnerability',
    package: { name: '@scope/name', ecosystem: 'npm' }, scope: { variables: [{ attribute: 'image.digest', value: 'sha256:ab' }] },
  });
});

test('everywhere is no scope at all, and a day of one\'s own is sent as it is', () => {
  const draft = { ...draftOf(PREFILL, 'sato'), place: 'everywhere' as const, term: 'date' as const, date: '2027-01-31' };
  expect(requestOf(draft, NOW)).not.toHaveProperty('scope');
  expect(requestOf(draft, NOW).expires).toBe('2027-01-31');
});

test('packages of distributions are called without the distribution, and hostile names do not break it', () => {
  expect(draftOf({ purl: 'pkg:deb/debian/openssl@3.0.1?arch=amd64' }, '').packageName).toBe('openssl');
  expect(draftOf({ purl: 'pkg:npm/%E0%A4%A@1' }, '').packageName).toBe('%E0%A4%A');
  expect(draftOf({ purl: 'nonsense' }, '').packageName).toBe('');
});

test('a repository is what stands between registry and tag', () => {
  expect(repositoryOf('registry.example/shop/web:1.4')).toBe('shop/web');
  expect(repositoryOf('localhost/app@sha256:ab')).toBe('app');
  expect(repositoryOf('shop/web')).toBe('shop/web');
});

test('a place that is not named yet is no place: it would count everywhere', () => {
  expect(isPlaced(draftOf(PREFILL, ''))).toBe(true);
  expect(isPlaced({ ...draftOf({}, ''), place: 'repository', repository: ' ' })).toBe(false);
  expect(isPlaced({ ...draftOf({}, ''), place: 'everywhere' })).toBe(true);
});

test('for many vulnerabilities the server puts the ids in; what is asked is where, why and until when', () => {
  const draft = { ...draftOf({}, 'sato'), name: 'not reachable', reason: 'not reachable here', repository: 'shop/*' };
  expect(manyOf(draft, 'severity:low', 12, NOW)).toEqual({
    filter: 'severity:low', expected: 12, name: 'not reachable', owner: 'sato', reason: 'not reachable here', expires: '2026-12-28',
    scope: { variables: [{ attribute: 'image.repository', value: 'shop/*' }] },
  });
});

test('an exception that says nothing would cover everything', () => {
  expect(saysWhat(draftOf({}, 'sato'))).toBe(false);
  expect(saysWhat({ ...draftOf({}, 'sato'), path: 'app/*' })).toBe(true);
});

test('what ends at a midnight of UTC holds on the day before, as it was asked for', () => {
  expect(lastDayOf('2026-12-07T00:00:00Z')).toBe('2026-12-06');
  expect(lastDayOf('2026-12-07T09:30:00Z')).toBeNull();
  expect(lastDayOf('some day')).toBeNull();
});
