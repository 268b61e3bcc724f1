import { expect, test } from 'vitest';
import { matching } from './places';

const PLACES = [
  { id: '/images', title: 'イメージ', words: ['Images', 'イメージ'] },
  { id: '/policies', title: 'アシュアランスポリシー', words: ['Assurance policies', 'image assurance', 'イメージ保証'] },
  { id: '/exceptions', title: '例外', words: ['Exceptions', 'whitelist', 'ホワイトリスト'] },
];

const found = (typed: string) => matching(PLACES, typed).map(({ id }) => id);

test('pages are found by their names in either language, and by other words for them', () => {
  expect(found('exceptions')).toEqual(['/exceptions']);
  expect(found('例外')).toEqual(['/exceptions']);
  expect(found('ホワイト')).toEqual(['/exceptions']);
  expect(found('policies')).toEqual(['/policies']);
});

test('the nearest comes first', () => {
  expect(found('image')).toEqual(['/images', '/policies']);
  expect(found('イメージ')).toEqual(['/images', '/policies']);
});

test('what an input method has not converted yet, and full-width letters, are understood', () => {
  expect(found('いめーじ')).toEqual(['/images', '/policies']);
  expect(found('ＩＭＡＧＥＳ')).toEqual(['/images']);
});

test('nothing and single letters do not bring everything', () => {
  expect(found('')).toEqual([]);
  expect(found('n')).toEqual([]);
});
