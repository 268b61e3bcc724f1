// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import type { RowCount, Summary } from '../../client/generated';
import { meQuery } from '../../frame/me';
import type { Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import { HomePage } from './HomePage';

const AT = '2026-11-28T12:00:00Z';

const SUMMARY: Summary = {
  at: AT,
  images: {
    total: 15,
    decisions: { allow: 5, excepted: 4, would_deny: 3, unknown: 2, deny: 1 },
    severities: { critical: 6, high: 5, medium: 4, low: 3, none: 2, unknown: 1 },
    known_exploited: 7, fixable: 8, not_approved: 9, with_gaps: 10,
  },
  deltas: { since: AT, registered: 11, decided: { allow: 1, excepted: 0, would_deny: 0, unknown: 0, deny: 12 }, vulnerabilities: 1000 },
};

const ME = { id: '1', name: 'sato', kind: 'user', permissions: ['images.read', 'exceptions.approve'], roles: [], has_second_factor: false, must_change_password: false };

const queries = queryClient.getDefaultOptions().queries;

beforeEach(() => {
  // As the console's own cache, but for what is tried again after seconds.
  queryClient.setDefaultOptions({ queries: { ...queries, retry: false } });
});

afterEach(() => {
  cleanup();
  queryClient.clear();
  queryClient.setDefaultOptions({ queries });
  vi.unstubAllGlobals();
});

/** Home, where requests whose address has this fail as long as the set has it. */
function show(failing: Set<string>, address = '/', { counted = { count: 0, is_exact: true }, language = 'en' }: { counted?: RowCount; language?: Language } = {}) {
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    const asked = decodeURIComponent(url);
    if ([...failing].some((part) => asked.includes(part))) return Promise.resolve(Response.json({ code: 'server.defect', parameters: {}, detail: 'down' }, { status: 500 }));
    const answer = /\/summary/.test(asked) ? SUMMARY : /\/health/.test(asked) ? { status: 'ok', at: AT, parts: [] } : /\/me$/.test(asked) ? ME : /\/counts/.test(asked) ? counted : { items: [], next: null, total: 0 };
    return Promise.resolve(Response.json(answer));
  }));
  queryClient.setQueryData(meQuery.queryKey, ME);
  const root = createRootRoute();
  const page = createRoute({ path: '/', getParentRoute: () => root, component: HomePage });
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  });
  render(<LanguageProvider initial={language}><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
}

test.each([['/health'], ['filter=malware'], ['/exceptions'], ['decision:deny']])('a part that fails (%s) is told in its place, and the rest is there', async (part) => {
  const failing = new Set([part]);
  show(failing);
  await screen.findByRole('heading', { name: 'Images by verdict' });
  const retry = await screen.findByRole('button', { name: 'Retry' });
  screen.getByText('Images by verdict');
  failing.clear();
  await userEvent.click(retry);
  await waitFor(() => { expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull(); });
  screen.getByText('Images by verdict');
  if (part === 'filter=malware') await screen.findByText('with malware');
});

test('a period that nobody knows is told, and which one is shown instead', async () => {
  show(new Set(), '/?since=foo');
  expect((await screen.findByText('foo')).closest('p')?.textContent).toBe('foo is no period that is known here: 24 hours are shown.');
  cleanup();
  queryClient.clear();
  show(new Set(), '/?since=7d');
  await screen.findByText('Images by verdict');
  expect(screen.queryByText(/no period that is known/)).toBeNull();
});

test.each([
  ['en', 'with malware', { count: 10_000, is_exact: true }, '10,000'],
  ['en', 'with malware', { count: 10_000, is_exact: false }, 'more than 10,000'],
  ['en', 'with a secret', { count: 0, is_exact: false }, 'not counted'],
  ['ja', 'マルウェアあり', { count: 10_000, is_exact: false }, '10,000超'],
  ['ja', 'シークレットあり', { count: 0, is_exact: false }, '未集計'],
] as const)('malware and secrets are told as far as they were counted (%s, %s, %o)', async (language, risk, counted, says) => {
  show(new Set(), '/', { counted, language });
  expect((await screen.findByText(risk)).closest('a')?.querySelector('b')?.textContent).toBe(says);
  const asked = vi.mocked(fetch).mock.calls.map(([url]) => decodeURIComponent(url as string));
  expect(asked.filter((url) => url.includes('/counts')).toSorted()).toEqual(['malware', 'secrets'].map((name) => `/api/v1/counts?resource=images&filter=${name}:>0`));
});
