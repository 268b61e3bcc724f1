import { expect, test } from 'vitest';
import { countOf, partsOf } from './parts';

test('rows become a filter of their keys, and whatever matches stays the filter that it was', () => {
  expect(partsOf({ kind: 'rows', keys: ['sha256:ab', 'sha256:cd'] }, 'digest')).toEqual([{ filter: 'digest:"sha256:ab","sha256:cd"', expected: 2, isLeast: false }]);
  expect(partsOf({ kind: 'matching', filter: 'os:debian*', total: 12_431, isLeast: true }, 'digest')).toEqual([{ filter: 'os:debian*', expected: 12_431, isLeast: true }]);
  expect(partsOf({ kind: 'rows', keys: [] }, 'digest')).toEqual([]);
});

test('more rows than a filter may hold become several, and none is lost', () => {
  const keys = Array.from({ length: 500 }, (_, at) => `sha256:${at.toString(16).padStart(64, '0')}`);
  const parts = partsOf({ kind: 'rows', keys }, 'digest');
  expect(countOf(parts)).toBe(500);
  expect(parts.every((part) => new TextEncoder().encode(part.filter).length < 4096)).toBe(true);
  expect(parts.flatMap((part) => part.filter.slice('digest:'.length).split(',')).map((value) => value.slice(1, -1))).toEqual(keys);
  expect(partsOf({ kind: 'rows', keys: Array.from({ length: 201 }, (_, at) => String(at)) }, 'id').map((part) => part.expected)).toEqual([200, 1]);
});

test('a key cannot end its own quotes', () => {
  expect(partsOf({ kind: 'rows', keys: ['a" kind:b'] }, 'id')).toEqual([{ filter: 'id:"a kind:b"', expected: 1, isLeast: false }]);
});
