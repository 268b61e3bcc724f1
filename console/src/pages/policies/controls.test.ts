import { expect, test } from 'vitest';
import { CONTROLS, controlOf } from './controls';
import { messages } from './messages';

test('the form knows every control of the schema, and how each value is given', () => {
  expect(CONTROLS.length).toBeGreaterThan(20);
  const kinds = (type: string) => Object.fromEntries((controlOf(type)?.fields ?? []).map(({ key, kind }) => [key, kind]));
  expect(kinds('cvss.maximum_score')).toMatchObject({ score: 'number', source: 'choice', severities: 'choices', clauses: 'texts' });
  expect(kinds('custom')).toMatchObject({ cel: 'code', message: 'text' });
  expect(kinds('package.deny')).toMatchObject({ packages: 'other' });
  expect(controlOf('vulnerability.age')?.fields[0]?.key).toBe('days');
});

test('every control, value and word of the schema has its words', () => {
  const words: Readonly<Record<string, string>> = messages.en;
  const missing = CONTROLS.flatMap(({ type, fields }) => [
    `control.${type}`,
    ...fields.flatMap((field) => [`field.${field.key}`, ...field.words.map((word) => `word.${word}`)]),
  ]).filter((key) => words[key] === undefined);
  expect([...new Set(missing)]).toEqual([]);
});
