// README.md and README.ja.md in step: the same commands in the same order, the same documents named, each with its pictures.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const english = readFileSync(root('README.md'), 'utf8');
const japanese = readFileSync(root('README.ja.md'), 'utf8');

/** All pictures together: whoever clones the repository gets them. */
const MOST_BYTES = 600_000;

/** The commands of the code blocks, without what is said of them, and without output. */
function commands(text) {
  const blocks = [...text.matchAll(/^```\n(.*?)^```$/gms)].map(([, block]) => block);
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => /^(?:\$ )?(?:bulkhead|make) /.test(line))
    .map((line) => line.replace(/ +# .*$/, '').replace(/ --lang ja\b/, '').trim());
}

const paths = (text) => [...new Set([...text.matchAll(/`((?:docs|scripts|deploy|content)\/[^`]*)`/g)].map(([, path]) => path))].sort();

const pictures = (text) => [...text.matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map(([, path]) => path);

test('both have the same commands, in the same order', () => {
  expect(commands(english).length).toBeGreaterThan(25);
  expect(commands(japanese)).toEqual(commands(english));
});

test('both name the same documents', () => {
  expect(paths(japanese)).toEqual(paths(english));
});

test('each has its own pictures, and they are small', () => {
  expect(pictures(english).map((path) => path.replace('.en.', '.ja.'))).toEqual(pictures(japanese));
  const all = [...pictures(english), ...pictures(japanese)].map(root);
  expect(all.filter((path) => !existsSync(path))).toEqual([]);
  expect(all.reduce((bytes, path) => bytes + statSync(path).size, 0)).toBeLessThan(MOST_BYTES);
});
