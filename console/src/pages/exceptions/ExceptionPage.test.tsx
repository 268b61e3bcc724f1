// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import type { PolicyException } from '../../client/generated';
import { meQuery } from '../../frame/me';
import { LanguageProvider } from '../../i18n/language';
import { ExceptionPage } from './ExceptionPage';

const ASKED: PolicyException = {
  id: 'e1', name: 'old qs', reason: 'no way to reach it', owner: 'bob', ids: ['CVE-1'], expires: '2026-12-06', ends: '2026-12-07T00:00:00Z',
  requested: '2026-11-01T00:00:00Z', requested_by: 'bob', comment: '', state: 'requested', version: 1,
};

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

const ALL = ['exceptions.read', 'exceptions.write', 'exceptions.approve'];

function show(exception: PolicyException, permissions = ALL) {
  const asked: string[] = [];
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    const isPreview = url.endsWith('/preview');
    if (isPreview) asked.push(url);
    const answer = url.includes('/scopes') ? { items: [{ id: 's1', name: 'shop' }], next: null } : isPreview ? { matches: 2, changed: 1, images: 9, is_partial: false, items: [{ image: { digest: 'sha256:1', name: 'shop/web:1' }, from: 'deny', to: 'allow' }] } : exception;
    return Promise.resolve(new Response(JSON.stringify(answer), { status: 200, headers: { 'content-type': 'application/json', etag: '"1"' } }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions } as never);
  const root = createRootRoute();
  const frame = createRoute({ getParentRoute: () => root, id: 'frame' });
  const page = createRoute({ getParentRoute: () => frame, path: '/exceptions/$id', component: ExceptionPage });
  const router = createRouter({ routeTree: root.addChildren([frame.addChildren([page])]), history: createMemoryHistory({ initialEntries: ['/exceptions/e1'] }) });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  return asked;
}

test('whoever decides sees what the exception would cover, before', async () => {
  const asked = show(ASKED, ['exceptions.read', 'exceptions.approve', 'images.read']);
  expect(await screen.findByText('Covers something in 2 images.')).toBeTruthy();
  expect(screen.getByText('1 verdict would change.')).toBeTruthy();
  expect(asked).toEqual(['/api/v1/exceptions/e1/preview']);
  // The verdict so far leads to its reasons, beside what is being decided.
  const verdict = screen.getByRole('link', { name: 'Non-compliant' });
  expect([verdict.getAttribute('href'), verdict.getAttribute('target')]).toEqual([expect.stringMatching(/^\/images\/sha256%3A1\?why=/), '_blank']);
});

test('who approved it is told, and its last day as it was asked for', async () => {
  const asked = show({ ...ASKED, state: 'approved', decided: '2026-11-02T00:00:00Z', decided_by: 'carol' });
  expect((await screen.findAllByText((_, element) => element?.tagName === 'SPAN' && element.textContent === 'approved by carol')).length).toBeGreaterThan(1);
  expect(screen.getAllByText('Dec 6, 2026 (UTC)').length).toBe(2);
  expect(document.body.textContent).not.toContain('Dec 7');
  expect(asked).toEqual([]);
});

test.each([[ALL, false], [[...ALL, 'access.read'], true]])('an exception that is limited to the scopes of whoever asked for it is not told to hold everywhere', async (permissions, seesScopes) => {
  show({ ...ASKED, scopes: ['s1'] }, permissions);
  expect(await screen.findByText(/Only within the application scopes of/)).toBeTruthy();
  expect(screen.queryByText('Everywhere')).toBeNull();
  if (seesScopes) expect((await screen.findByRole('link', { name: 'shop' })).getAttribute('href')).toBe('/access/scopes/s1');
  else expect(screen.queryByRole('link', { name: 'shop' })).toBeNull();
  cleanup();
  queryClient.clear();
  show(ASKED, permissions);
  expect(await screen.findByText('Everywhere')).toBeTruthy();
});
