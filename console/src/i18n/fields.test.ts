// What the server tells of a filter and of an address has Japanese: it says it by `content/messages/fields.ja.json`, as here.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sayerOf } from '../parts/gap/phrases';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const say = sayerOf(JSON.parse(read('content/messages/fields.ja.json')) as Record<string, string>);

/** What has words of English outside of quoted values. */
const ENGLISH = /(?:^|[^`\w:.*@-])[a-z]{2,}(?: [a-z]+)+/;

const plain = (sentence: string) => sentence.replaceAll(/`[^`]*`/g, '`');

test('every problem of a filter is told in Japanese, with what would be right', () => {
  const filter = read('crates/policy/src/filter.rs');
  const sentences = [...filter.matchAll(/#\[error\("(.*)"\)\]/g)].map(([, sentence = '']) => sentence).filter((sentence) => !sentence.startsWith('{problem}'));
  expect(sentences.length).toBeGreaterThan(8);
  const expected = [...read('crates/policy/src/filter/read.rs').matchAll(/bad\(\s*"([^"]*)"/g)].map(([, words = '']) => words);
  expect(expected).toHaveLength(3);
  for (const right of [...expected, 'unknown, none, low, medium, high, critical', 'deny']) {
    for (const sentence of sentences) {
      const told = sentence.replaceAll('{expected}', right).replaceAll(/\{(\w+)\}/g, 'x');
      const said = say(told);
      expect(said, told).not.toBeNull();
      expect(plain(said ?? ''), told).not.toMatch(ENGLISH);
    }
  }
  expect(say('`>abc` is no value of `critical`; use a number')).toBe('`>abc`は`critical`の値ではありません。数値を使ってください');
  expect(say('`foo` is no value of `severity`; use low, high')).toBe('`foo`は`severity`の値ではありません。low, highを使ってください');
});

test('what is no digest is told in Japanese, with and without the hint', () => {
  const [, digest = ''] = /#\[error\("(.* is not a digest; .*)"\)\]/.exec(read('crates/model/src/digest.rs')) ?? [];
  const [, hint = ''] = /let hint = "([^"]*)"/.exec(read('crates/server/src/assurance/asked.rs')) ?? [];
  expect(hint).not.toBe('');
  const told = digest.replace('{text}', 'sha256:zzz');
  for (const sentence of [told, `${told}; ${hint}`]) expect(plain(say(sentence) ?? sentence)).not.toMatch(ENGLISH);
});
