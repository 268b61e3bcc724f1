// The sentences that the console shares with the other programs, as modules for the build and the tests.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** The sentences of `content/messages` that the console needs, by module; the others are of the command line and its reports. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  'virtual:verdict-sentences': /^(event\.word\.|verdict\.|table\.severity\.)/,
  'virtual:problem-sentences': /^problem\./,
  'virtual:cause-sentences': /^(health|image|intelligence|job|registry|worker)\./,
};

/** The module of the Japanese of why something could not be read, by the English. */
const PHRASES = 'virtual:gap-phrases';

/** The catalogs that the console shares with the other programs. */
export function sharedSentences(): Plugin {
  const file = (name: string): unknown => JSON.parse(readFileSync(new URL(`../content/messages/${name}.json`, import.meta.url), 'utf8'));
  const read = (language: string, codes: RegExp) => {
    const all = file(language) as Record<string, string>;
    return JSON.stringify(Object.fromEntries(Object.entries(all).filter(([code]) => codes.test(code))));
  };
  return {
    name: 'shared-sentences',
    resolveId: (id) => (id in SENTENCES || id === PHRASES ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${PHRASES}`) return `export const phrases = ${JSON.stringify((file('found.ja') as { gaps: unknown }).gaps)};`;
      const codes = id.startsWith('\0') ? SENTENCES[id.slice(1)] : undefined;
      if (codes === undefined) return;
      return `export const english = ${read('en', codes)};\nexport const japanese = ${read('ja', codes)};`;
    },
  };
}
