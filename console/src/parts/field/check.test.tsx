// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import { LongText } from '../Choice';
import { Field } from '../Field';

afterEach(cleanup);

function Fields({ onSend }: { onSend: () => void }) {
  const [values, setValues] = useState({ name: '', days: '3651', mail: 'me', reason: '', until: '2026-01-01' });
  const put = (name: string) => (value: string) => { setValues((before) => ({ ...before, [name]: value })); };
  return (
    <form onSubmit={(event) => { event.preventDefault(); onSend(); }}>
      <fieldset>
        <Field label="Name" isRequired value={values.name} onValue={put('name')} help="Anything" />
        <Field label="Days" type="number" min={1} max={3650} value={values.days} onValue={put('days')} />
        <Field label="Mail" type="email" value={values.mail} onValue={put('mail')} />
        <Field label="Until" type="date" min="2026-11-29" value={values.until} onValue={put('until')} />
        <LongText label="Reason" isRequired value={values.reason} onValue={put('reason')} />
      </fieldset>
      <button type="submit">Send</button>
      <button type="button" onClick={() => { put('days')('30'); }}>Discard</button>
    </form>
  );
}

function show(language: Language) {
  const onSend = vi.fn();
  render(<LanguageProvider initial={language}><Fields onSend={onSend} /></LanguageProvider>);
  return onSend;
}

/** What is told below each field. */
const told = () => [...document.querySelectorAll('input, textarea')].map((box) => document.getElementById(box.getAttribute('aria-describedby') ?? '')?.textContent ?? '');

test.each([
  ['en', ['This is needed.', '3,650 or less.', 'This is no e-mail address, as name@example.com.', 'Nov 29, 2026 at the earliest.', 'This is needed.']],
  ['ja', ['入力してください。', '3,650以下の値を入力してください。', 'メールアドレスをname@example.comの形式で入力してください。', '2026/11/29以降の日付を入力してください。', '入力してください。']],
] as const)('what keeps a form from being sent is told at each field in the words of the reader, and not by the browser (%s)', async (language, sentences) => {
  const onSend = show(language);
  const bubbles: boolean[] = [];
  for (const box of document.querySelectorAll('input, textarea')) box.addEventListener('invalid', (event) => { setTimeout(() => bubbles.push(!event.defaultPrevented)); });
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  expect(onSend).not.toHaveBeenCalled();
  told().forEach((text, at) => { expect(text).toContain(sentences[at]); });
  await vi.waitFor(() => { expect(bubbles).toEqual([false, false, false, false, false]); });
  // The first of them is where one goes on.
  expect(document.activeElement).toBe(screen.getByLabelText(/^Name/));
  expect(screen.getByLabelText(/^Name/).getAttribute('aria-invalid')).toBe('true');
});

test('what was told goes once something else is written, and the form is sent once all is right', async () => {
  const onSend = show('en');
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  await userEvent.type(screen.getByLabelText(/^Name/), 'x');
  expect(told()[0]).toContain('Anything');
  expect(told()[4]).toContain('This is needed.');
  await userEvent.click(screen.getByRole('button', { name: 'Discard' }));
  expect(told()[1]).toBe('');
  await userEvent.clear(screen.getByLabelText('Mail'));
  await userEvent.clear(screen.getByLabelText('Until'));
  await userEvent.type(screen.getByLabelText(/^Reason/), 'because');
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  expect(onSend).toHaveBeenCalledTimes(1);
});

test('every field that the browser checks tells so by itself', () => {
  const sources = import.meta.glob<string>('../../**/*.tsx', { query: '?raw', import: 'default', eager: true });
  const bare = Object.entries(sources)
    .filter(([path]) => !path.includes('.test.'))
    .flatMap(([path, text]) => [...text.matchAll(/<(?:input|textarea|TextInput|TextArea)\b[\s\S]*?\/>/g)].map(([tag]) => ({ path, tag })))
    .filter(({ tag }) => /\s(?:isRequired|required|min|max|minLength|pattern|step)\b/.test(tag) && !/\{\.\.\.(?:check\.)?props\}/.test(tag));
  expect(bare).toEqual([]);
});
