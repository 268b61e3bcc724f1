import { expect, test } from 'vitest';
import { linkOf, originOf } from './origin';

test('what is known of the origin stands in the order of reading, and nothing else', () => {
  const source = { build: 'https://ci.example/1', kind: 'pipeline', commit: 'ab12', repository: '', other: 'x', id: null };
  expect(originOf(source)).toEqual([
    { name: 'kind', value: 'pipeline' },
    { name: 'commit', value: 'ab12' },
    { name: 'build', value: 'https://ci.example/1' },
  ]);
  expect(originOf(null)).toEqual([]);
  expect(originOf('pipeline')).toEqual([]);
});

test('only pages of the web are links', () => {
  expect(linkOf('https://git.example/shop/api?x=1')).toBe('https://git.example/shop/api?x=1');
  expect(linkOf('HTTP://git.example')).toBe('http://git.example/');
  for (const other of ['git@git.example:shop/api', 'javascript:alert(1)', ' https://a', 'https://', 'https://git.example@evil.example/', 'ab12']) {
    expect(linkOf(other)).toBeNull();
  }
});
