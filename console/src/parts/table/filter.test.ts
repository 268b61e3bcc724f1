import { expect, test } from 'vitest';
import { chosen, extended, normalized, quoted, sent, termsOf, toggled, without, type FilterKey } from './filter';

const KEYS: FilterKey[] = [
  { key: 'severity', label: 'Severity', values: [{ value: 'high', label: 'High' }] },
  { key: 'name', label: 'Name' },
];

const states = (text: string) => termsOf(text, KEYS).map((term) => term.state);

test('terms are split at spaces outside of quotes', () => {
  const texts = termsOf('severity:high,low name:"shop api" -name:x words', KEYS).map((term) => term.text);
  expect(texts).toEqual(['severity:high,low', 'name:"shop api"', '-name:x', 'words']);
});

test('a key that the list does not have is not understood, and one without value is not complete', () => {
  expect(states('color:red severity: severity:>= name:"shop severity:>=high')).toEqual(['unknown', 'incomplete', 'incomplete', 'incomplete']);
  expect(states('severity:>=high sha256:ab')).toEqual(['good', 'unknown']);
  expect(states(': -: :x ::1 ":x"')).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'good']);
});

test('the server is asked what can be understood alone', () => {
  expect(sent(termsOf('color:red severity:high name:', KEYS))).toBe('severity:high');
});

test('values of menus are switched within their term', () => {
  expect(toggled('x severity:low', KEYS, 'severity', 'high')).toBe('x severity:low,high');
  expect(toggled('x severity:low,high', KEYS, 'severity', 'low')).toBe('x severity:high');
  expect(toggled('severity:high', KEYS, 'severity', 'high')).toBe('');
  expect(chosen(termsOf('severity:a -severity:b', KEYS), 'severity')).toEqual(['a']);
});

test('a term is taken away where it stands, not where it stands first', () => {
  const terms = termsOf('name:a b name:a', KEYS);
  expect(without('name:a b name:a', terms[2]!)).toBe('name:a b');
  expect(extended('name:a', 'name:a')).toBe('name:a');
  expect(extended('b', 'name:a')).toBe('b name:a');
});

test('full-width letters, digits and signs are the plain ones', () => {
  expect(normalized('ＣＶＥ－２０２４　ｘ')).toBe('CVE-2024 x');
  expect(quoted('shop api')).toBe('"shop api"');
});
