// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../../i18n/language';
import { HistoryTab } from './HistoryTab';

afterEach(() => { cleanup(); vi.unstubAllGlobals(); });

const verdict = (id: string, decision: string) => ({ id, decision, evaluated: '2026-11-28T12:00:00Z', cause: 'registered', reasons: [], policies: [], exceptions: [] });

test('older verdicts that do not come leave those that are there, and are asked for again', async () => {
  let isDown = true;
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    if (!url.includes('cursor=')) return Promise.resolve(Response.json({ items: [verdict('v2', 'deny')], next: 'older', total: null }));
    if (isDown) return Promise.resolve(Response.json({ code: 'server.unavailable', parameters: {}, detail: 'down' }, { status: 503 }));
    return Promise.resolve(Response.json({ items: [verdict('v1', 'allow')], next: null, total: null }));
  }));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(<LanguageProvider initial="en"><QueryClientProvider client={client}><HistoryTab digest="sha256:1" current="v2" /></QueryClientProvider></LanguageProvider>);
  await screen.findByText('Non-compliant');
  await userEvent.click(screen.getByRole('button', { name: 'Show older ones' }));
  await screen.findByRole('alert');
  screen.getByText('Non-compliant');
  isDown = false;
  await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
  await screen.findByText('Compliant');
  await waitFor(() => { expect(screen.queryByRole('alert')).toBeNull(); });
});
