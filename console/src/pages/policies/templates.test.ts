import { expect, test } from 'vitest';
import { outlineOf } from './document/outline';
import { saidInJapanese } from './builtins.ja';
import { TEMPLATES, documentOf } from './templates';

test.each(TEMPLATES)('the template %s starts in audit, under a name of its own', (name) => {
  const outline = outlineOf(documentOf(name, 'en'));
  expect(outline).toMatchObject({ mode: 'audit', name: `${name}-audit` });
  expect(outline?.controls.length).toBeGreaterThan(1);
});

test('a template that there is not is an almost empty policy, in audit as well', () => {
  expect(outlineOf(documentOf('../secret', 'ja'))).toMatchObject({ mode: 'audit', controls: [{ type: 'vulnerability.severity' }] });
});

const JAPANESE = /[\u3040-\u30ff\u3400-\u9fff]/;

test.each(TEMPLATES)('a Japanese reader begins %s with what it says of itself in Japanese, and with the same controls', (name) => {
  const [english, text] = [outlineOf(documentOf(name, 'en')), documentOf(name, 'ja')];
  const japanese = outlineOf(text);
  const remarks = text.split('\n').filter((line) => line.startsWith('#'));
  expect(remarks.length).toBeGreaterThan(0);
  for (const said of [...remarks, japanese?.description ?? '']) expect(said).toMatch(JAPANESE);
  const rest = (outline: typeof english) => outline?.controls.map(({ type, values: { name: own, ...others } }) => ({ type, others, isNamed: own !== undefined }));
  expect(rest(japanese)).toEqual(rest(english));
  for (const { values } of japanese?.controls ?? []) if (typeof values.name === 'string') expect(values.name).toMatch(JAPANESE);
  // What the server keeps of it is known by its English.
  expect(saidInJapanese(english?.description ?? '')).toBe(japanese?.description);
});

test('what somebody wrote is told as they wrote it', () => {
  expect(saidInJapanese('Ours.')).toBe('Ours.');
  expect(saidInJapanese('constructor')).toBe('constructor');
});
