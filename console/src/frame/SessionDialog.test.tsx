// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { LanguageProvider } from '../i18n/language';
import { Confirm } from '../parts/Confirm';
import { SessionDialog } from './SessionDialog';

afterEach(cleanup);

test('a session that ends while a dialog is open takes focus and keys to where the password goes', async () => {
  const onCancel = vi.fn();
  const page = (hasEnded: boolean, action = 'Do it') => (
    <QueryClientProvider client={queryClient}>
      <LanguageProvider initial="en">
        <Confirm title="Reason" action={action} onConfirm={() => undefined} onCancel={onCancel}><textarea aria-label="Why" /></Confirm>
        {hasEnded && <SessionDialog name="sato" onSignedIn={() => undefined} />}
      </LanguageProvider>
    </QueryClientProvider>
  );
  const { rerender } = render(page(false));
  const reason = screen.getByLabelText<HTMLTextAreaElement>('Why');
  await waitFor(() => { expect(document.activeElement).not.toBe(document.body); });
  reason.focus();
  rerender(page(true));
  const password = await screen.findByLabelText<HTMLInputElement>(/Password of sato/);
  await waitFor(() => { expect(document.activeElement).toBe(password); });
  await userEvent.keyboard('secret');
  expect(password.value).toBe('secret');
  expect(reason.value).toBe('');
  // The dialog behind is drawn anew: it stays behind.
  rerender(page(true, 'Do it now'));
  const root = (element: Element) => [...document.body.children].find((child) => child.contains(element));
  await waitFor(() => { expect(root(password)?.hasAttribute('aria-hidden')).toBe(false); });
  expect(root(reason)?.hasAttribute('inert')).toBe(true);
  await userEvent.keyboard('{Escape}');
  expect(onCancel).not.toHaveBeenCalled();
  rerender(page(false));
  await waitFor(() => { expect(document.activeElement).toBe(reason); });
  expect(root(reason)?.hasAttribute('inert')).toBe(false);
});
