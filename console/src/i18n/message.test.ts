import { describe, expect, test } from 'vitest';
import { formatOf } from './format';
import { fill, fillParts, placeholders } from './message';

const en = formatOf('en', 'UTC');
const ja = formatOf('ja', 'Asia/Tokyo');

describe('sentences', () => {
  test('values stand in their places, numbers as the language writes them', () => {
    expect(fill('{count} images in {place}', { count: 12431, place: 'eu' }, en)).toBe('12,431 images in eu');
  });

  test('plurals follow the rules of the language', () => {
    const pattern = '{count, plural, one {# image} other {# images}}';
    expect(fill(pattern, { count: 1 }, en)).toBe('1 image');
    expect(fill(pattern, { count: 2 }, en)).toBe('2 images');
    expect(fill('{count, plural, other {#件}}', { count: 1 }, ja)).toBe('1件');
  });

  test('forms of a plural may hold values', () => {
    const pattern = '{count, plural, one {A label of {name}} other {# labels of {name}}}: {list}.';
    expect(fill(pattern, { count: 3, name: 'a', list: 'x' }, en)).toBe('3 labels of a: x.');
    expect(placeholders(pattern)).toEqual(['count', 'list', 'name']);
  });

  test('a missing value stays visible, and values are never read as sentences', () => {
    expect(fill('{a} {b}', { a: '{b}' }, en)).toBe('{b} {b}');
  });

  test('a brace that nobody closed ends with the text', () => {
    expect(fill('a {name', { name: 'x' }, en)).toBe('a x');
  });

  test('values of any kind keep their place', () => {
    const element = { is: 'element' };
    expect(fillParts('a {b} c', { b: element }, en)).toEqual(['a ', element, ' c']);
  });
});
