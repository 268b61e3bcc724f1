// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { AuditVerification } from '../../client/generated';
import type { Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import { Verification } from './Verification';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const KEY = { checkpoints: 3, first: '2026-11-01T00:00:00Z', last: '2026-11-28T12:00:00Z' };

const WHOLE: AuditVerification = {
  is_whole: true, first: 1, last: 1200, checkpoints: 4, unknown_checkpoints: 0, fault: null,
  keys: [
    { ...KEY, id: '0123456789abcdef', is_own: true, public_key: 'b3du' },
    { ...KEY, id: 'fedcba9876543210', is_own: false, public_key: 'b3RoZXI=', checkpoints: 1 },
  ],
};

async function verified(found: AuditVerification, language: Language = 'en') {
  const user = userEvent.setup();
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(Response.json(found))));
  render(<LanguageProvider initial={language}><QueryClientProvider client={new QueryClient()}><Verification /></QueryClientProvider></LanguageProvider>);
  await user.click(screen.getByRole('button'));
  return user;
}

test('what is whole says by which keys, since when, and how it is verified elsewhere', async () => {
  await verified(WHOLE);
  await screen.findByText(/Intact: records 1 to 1200/);
  const [, own, other] = within(screen.getByRole('table', { name: 'Keys that signed checkpoints' })).getAllByRole('row');
  expect([...(own?.children ?? [])].slice(0, 3).map((cell) => cell.textContent)).toEqual(['0123456789abcdef', 'This server', '3']);
  expect([...(other?.children ?? [])].slice(0, 3).map((cell) => cell.textContent)).toEqual(['fedcba9876543210', 'Another server of this installation', '1']);
  expect(own?.querySelector('time')?.getAttribute('datetime')).toBe(KEY.first);
  screen.getByText('bulkhead admin audit verify --checkpoints kept.json --key audit-signing.pub');
});

test('the public key is copied as the command line takes it', async () => {
  const user = await verified(WHOLE, 'ja');
  const [own] = await screen.findAllByRole('button', { name: '公開鍵をコピー' });
  if (!own) throw new Error('there is no button');
  await user.click(own);
  expect(await navigator.clipboard.readText()).toBe('b3du');
});

test('where no checkpoint agrees no key is told', async () => {
  await verified({ ...WHOLE, checkpoints: 0, unknown_checkpoints: 2, keys: [] });
  await screen.findByText(/2 checkpoints were signed by a key that is not known here/);
  expect(screen.queryByRole('table')).toBeNull();
});
