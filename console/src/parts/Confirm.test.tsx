// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { Failure } from '../client/failure';
import { LanguageProvider } from '../i18n/language';
import { Confirm } from './Confirm';
import { Field } from './Field';

afterEach(cleanup);

test('a dialog closes with a button in the language of the reader, and with Escape', async () => {
  const onCancel = vi.fn();
  render(<LanguageProvider initial="ja"><Confirm title="T" action="A" onConfirm={() => undefined} onCancel={onCancel}>x</Confirm></LanguageProvider>);
  await userEvent.click(screen.getByRole('button', { name: '閉じる' }));
  expect(screen.queryByRole('button', { name: 'Close' })).toBeNull();
  await userEvent.keyboard('{Escape}');
  expect(onCancel).toHaveBeenCalledTimes(2);
});

test.each([[false, ['A', 'Cancel']], [true, ['Close']]] as const)('where nothing can be done a dialog is closed, and cancels nothing (%s)', (isImpossible, words) => {
  render(<LanguageProvider initial="en"><Confirm title="T" action="A" isImpossible={isImpossible} onConfirm={() => undefined} onCancel={() => undefined}>x</Confirm></LanguageProvider>);
  // Behind the one in the corner.
  expect(screen.getAllByRole('button').map((button) => button.textContent).filter((text) => text !== '')).toEqual(words);
});

test('what a field of the dialog tells is told once, and the rest of what went wrong above', () => {
  const wrong = (field: string) => new Failure(422, 'request.invalid', { field, problem: 'it is wrong' }, 'it is wrong', null);
  const show = (error: Error) => render(<LanguageProvider initial="en"><Confirm title="T" action="A" error={error} onConfirm={() => undefined} onCancel={() => undefined}><Field member="password" label="Password" value="" onValue={() => undefined} /></Confirm></LanguageProvider>);
  show(wrong('password'));
  expect(screen.getAllByText(/it is wrong/)).toHaveLength(1);
  expect(document.getElementById(screen.getByLabelText('Password').getAttribute('aria-describedby') ?? '')?.textContent).toMatch(/it is wrong$/);
  cleanup();
  show(wrong('other'));
  expect(screen.getAllByText(/it is wrong/)).toHaveLength(1);
  expect(screen.getByLabelText('Password').getAttribute('aria-describedby')).toBeNull();
});
