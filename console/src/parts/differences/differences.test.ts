import { expect, test } from 'vitest';
import { differences } from './differences';

test('only what changed is told, with its place', () => {
  const before = { name: 'ops', target: { kind: 'webhook', url: 'https://a' }, is_enabled: true };
  const after = { name: 'ops', target: { kind: 'webhook', url: 'https://b' }, is_enabled: false };
  expect(differences(before, after)).toEqual([
    { path: 'target.url', before: 'https://a', after: 'https://b' },
    { path: 'is_enabled', before: 'true', after: 'false' },
  ]);
});

test('of lists it is told what went and what came', () => {
  expect(differences({ roles: ['a', 'b'] }, { roles: ['b', 'c'] })).toEqual([
    { path: 'roles', before: 'a', after: null },
    { path: 'roles', before: null, after: 'c' },
  ]);
  expect(differences({ order: ['a', 'b'] }, { order: ['b', 'a'] })).toEqual([{ path: 'order', before: 'a, b', after: 'b, a' }]);
});

test('what was made or removed has one side, without its empty members', () => {
  expect(differences(null, { name: 'x', email: null, roles: [] })).toEqual([{ path: 'name', before: null, after: 'x' }]);
  expect(differences({ name: 'x' }, undefined)).toEqual([{ path: 'name', before: 'x', after: null }]);
  expect(differences(undefined, undefined)).toEqual([]);
});
