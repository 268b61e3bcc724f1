// Every catalog: nothing missing, nothing unused, nothing left in English, the same values in both languages.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { placeholders } from './message';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What is the same in Japanese: names, and signs around values. */
const SAME = /^(?:Bulkhead|English|日本語|CVSS|EPSS|purl|KEV|URL|SHA-256|ID|YAML|UTC|Ctrl\+K|[\s\p{P}]|\{[^}]*\})+$/u;

const modules = import.meta.glob<Record<string, Record<string, string>>>('../**/messages.{en,ja}.ts', { eager: true });

function catalogOf(path: string, language: 'en' | 'ja'): Record<string, string> {
  return modules[path.replace('.en.', `.${language}.`)]?.[language] ?? {};
}

/** The text of all sources in the folder of a catalog and below. */
function sourcesBeside(path: string): string {
  const folder = join(ROOT, 'i18n', dirname(path));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('messages.'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

function isUsed(key: string, sources: string): boolean {
  if (sources.includes(`'${key}'`)) return true;
  // Keys made at run time: `severity.${known}`, `${asked}.text`.
  const templates = [...sources.matchAll(/`([a-z_.]*)\$\{[^}]+\}([a-z_.]*)`/g)];
  return templates.some(([, before = '', after = '']) => before + after !== '' && key.startsWith(before) && key.endsWith(after));
}

describe.each(Object.keys(modules).filter((path) => path.includes('.en.')))('%s', (path) => {
  const en = catalogOf(path, 'en');
  const ja = catalogOf(path, 'ja');

  test('has the same keys in both languages', () => {
    expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
  });

  test('takes the same values in both languages', () => {
    for (const [key, sentence] of Object.entries(en)) expect(placeholders(ja[key] ?? ''), key).toEqual(placeholders(sentence));
  });

  test('is used', () => {
    const sources = sourcesBeside(path);
    expect(Object.keys(en).filter((key) => !isUsed(key, sources))).toEqual([]);
  });

  test('is translated', () => {
    const left = Object.entries(ja).filter(([, sentence]) => !SAME.test(sentence) && !/[\u3040-\u30ff\u3400-\u9fff]/.test(sentence));
    expect(left).toEqual([]);
  });

  test('has no space between Japanese and Latin words', () => {
    const spaced = Object.entries(ja).filter(([, sentence]) => /[\u3040-\u30ff\u3400-\u9fff] [A-Za-z0-9{]|[A-Za-z0-9}] [\u3040-\u30ff\u3400-\u9fff]/.test(sentence));
    expect(spaced).toEqual([]);
  });
});
