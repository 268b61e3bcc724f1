import { expect, test } from 'vitest';
import { collisions, isSame, merged } from './merge';

const basis = { name: 'shop', roles: ['a'], note: '' };

test('what only one of two changed is taken from that one', () => {
  const mine = { ...basis, name: 'shop team' };
  const theirs = { ...basis, roles: ['a', 'b'] };
  expect(merged(basis, mine, theirs)).toEqual({ name: 'shop team', roles: ['a', 'b'], note: '' });
  expect(collisions(basis, mine, theirs)).toEqual([]);
});

test('what both changed is told, and mine is kept', () => {
  const mine = { ...basis, name: 'mine', note: 'same' };
  const theirs = { ...basis, name: 'theirs', note: 'same' };
  expect(merged(basis, mine, theirs).name).toBe('mine');
  expect(collisions(basis, mine, theirs)).toEqual([{ member: 'name', mine: 'mine', theirs: 'theirs' }]);
});

test('values are the same by what they hold', () => {
  expect(isSame({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
  expect(isSame(['a', 'b'], ['b', 'a'])).toBe(false);
  expect(isSame([], {})).toBe(false);
  expect(isSame({ a: 1 }, { a: 1, b: 2 })).toBe(false);
});
