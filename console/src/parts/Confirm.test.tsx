// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../i18n/language';
import { Confirm } from './Confirm';

afterEach(cleanup);

test('a dialog closes with a button in the language of the reader, and with Escape', async () => {
  const onCancel = vi.fn();
  render(<LanguageProvider initial="ja"><Confirm title="T" action="A" onConfirm={() => undefined} onCancel={onCancel}>x</Confirm></LanguageProvider>);
  await userEvent.click(screen.getByRole('button', { name: '閉じる' }));
  expect(screen.queryByRole('button', { name: 'Close' })).toBeNull();
  await userEvent.keyboard('{Escape}');
  expect(onCancel).toHaveBeenCalledTimes(2);
});
