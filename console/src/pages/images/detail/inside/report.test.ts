import { expect, test } from 'vitest';
import { insideOf } from './report';
import { runsAsSuperuser } from './superuser';

test('each layer has what it brought, without what exceptions cover or statements settle', () => {
  const found = { kind: 'vulnerability', status: 'affected', layer: 1, excepted_by: null };
  const { layers, removed, configuration } = insideOf({
    image: {
      user: '', environment: ['PATH=/bin', 'EMPTY', 'A=b=c'], labels: { team: 'shop' },
      layers: [{ digest: 'sha256:1', created_by: 'ADD rootfs', size_bytes: 10, base: true }, { diff_id: 'sha256:2' }],
    },
    packages: [{ layer: 0, purl: 'pkg:npm/a@1' }, { layer: 1, purl: 'pkg:npm/b@1' }, { layer: 1 }, { layer: 1, purl: 'pkg:npm/a@1' }, {}],
    findings: [found, { ...found, excepted_by: 'until friday' }, { ...found, status: 'not_affected' }, { ...found, kind: 'secret' }, { ...found, layer: 0 }],
    removed: [{ purl: 'pkg:deb/debian/gcc@12', added_in: 0, removed_in: 1 }],
  });
  expect(layers.map(({ packages, vulnerabilities, isBase, bytes }) => [packages, vulnerabilities, isBase, bytes])).toEqual([[1, 1, true, 10], [2, 1, null, null]]);
  expect(removed).toEqual([{ purl: 'pkg:deb/debian/gcc@12', addedIn: 0, removedIn: 1 }]);
  expect(configuration.user).toBe('');
  expect(configuration.environment).toEqual([{ name: 'PATH', value: '/bin' }, { name: 'EMPTY', value: '' }, { name: 'A', value: 'b=c' }]);
  expect(configuration.labels).toEqual([{ name: 'team', value: 'shop' }]);
});

test('a report of what is no image has neither layers nor a configuration', () => {
  const { layers, configuration } = insideOf({ packages: [] });
  expect(layers).toEqual([]);
  expect(configuration.user).toBeNull();
});

test.each([
  ['', null, true], ['root', null, true], ['0:0', null, true], ['00', null, true], ['app', 0, true],
  ['app', null, false], ['1000', null, false], ['root', 7, false], ['app:0', null, false],
])('user %j with number %j is the superuser: %j', (user, id, expected) => {
  expect(runsAsSuperuser(user, id)).toBe(expected);
});
