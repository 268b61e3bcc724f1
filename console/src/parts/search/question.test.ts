import { expect, test } from 'vitest';
import { formatOf } from '../../i18n/format';
import { grouped, questionOf } from './question';

test('a name with a version is a package, however it is written', () => {
  expect(questionOf('xz 5.6.1').packageVersion).toBe('xz@5.6.1');
  expect(questionOf(' xz@5.6.1 ').packageVersion).toBe('xz@5.6.1');
  expect(questionOf('ｘｚ　５．６．１？').packageVersion).toBe('xz@5.6.1');
  expect(questionOf('@babel/core v7.1').packageVersion).toBe('@babel/core@7.1');
});

test('other texts are no packages', () => {
  for (const text of ['xz', '@babel/core', 'shop api', 'sha256:0123456789', 'sato@example.com', 'CVE-2024-3094']) {
    expect(questionOf(text)).toEqual({ text, packageVersion: null });
  }
});

test('what is longer than the server takes is cut by bytes, not by characters', () => {
  expect(new TextEncoder().encode(questionOf('脆'.repeat(300)).text).length).toBeLessThanOrEqual(200);
  expect(questionOf('a'.repeat(300)).text).toHaveLength(200);
});

const { compare } = formatOf('en', 'UTC');

test('versions of a package come by their numbers', () => {
  const found = ['4.17.11', '4.17.4', '4.9.0'].map((version) => ({ kind: 'package', id: `lodash@${version}`, title: `lodash ${version}`, rank: 1 }));
  expect(grouped(found, compare)[0]?.hits.map(({ id }) => id)).toEqual(['lodash@4.9.0', 'lodash@4.17.4', 'lodash@4.17.11']);
});

test('hits come by kind, the kind with the nearest first, and each once', () => {
  const hit = (kind: string, id: string, rank: number) => ({ kind, id, title: id, rank });
  const groups = grouped([hit('image', 'a', 2), hit('package', 'xz@5.6.1', 0), hit('image', 'b', 1), hit('package', 'xz@5.6.1', 1)], compare);
  expect(groups.map(({ kind, hits }) => `${kind}: ${hits.map(({ id }) => id).join(' ')}`)).toEqual(['package: xz@5.6.1', 'image: b a']);
});
