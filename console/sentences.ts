// The sentences that the console shares with the other programs, as modules for the build and the tests.
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** The sentences of `content/messages` that the console needs, by module; the others are of the command line and its reports. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  'virtual:verdict-sentences': /^(event\.word\.|verdict\.|table\.severity\.)/,
  'virtual:problem-sentences': /^problem\./,
  'virtual:cause-sentences': /^(health|image|intelligence|job|registry|worker)\./,
};

/** Modules of Japanese by the English that reports hold: why something could not be read, and what repairs it. */
const PHRASES: Readonly<Record<string, (file: (name: string) => Words) => Readonly<Record<string, unknown>>>> = {
  'virtual:gap-phrases': (file) => ({ phrases: file('found.ja').gaps }),
  'virtual:remedy-phrases': (file) => {
    const [english, japanese] = [file('en'), file('ja')];
    const steps = Object.keys(english).filter((code) => code.startsWith('remedy.'));
    const checks = Object.entries(file('checks.ja').checks as Readonly<Record<string, { remedy: string }>>);
    return {
      checks: Object.fromEntries(checks.map(([id, { remedy }]) => [id, remedy])),
      steps: Object.fromEntries(steps.map((code) => [english[code], japanese[code]])),
    };
  },
};

type Words = Readonly<Record<string, unknown>>;

/** The catalogs that the console shares with the other programs. */
export function sharedSentences(): Plugin {
  const file = (name: string) => JSON.parse(readFileSync(new URL(`../content/messages/${name}.json`, import.meta.url), 'utf8')) as Words;
  const read = (language: string, codes: RegExp) => {
    return JSON.stringify(Object.fromEntries(Object.entries(file(language)).filter(([code]) => codes.test(code))));
  };
  return {
    name: 'shared-sentences',
    resolveId: (id) => (id in SENTENCES || id in PHRASES ? `\0${id}` : undefined),
    load(id) {
      const name = id.startsWith('\0') ? id.slice(1) : '';
      const phrases = PHRASES[name]?.(file);
      if (phrases) return Object.entries(phrases).map(([part, pairs]) => `export const ${part} = ${JSON.stringify(pairs)};`).join('\n');
      const codes = SENTENCES[name];
      if (codes === undefined) return;
      return `export const english = ${read('en', codes)};\nexport const japanese = ${read('ja', codes)};`;
    },
  };
}
