// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../client/cache';
import { meQuery } from '../../../frame/me';
import { LanguageProvider } from '../../../i18n/language';
import { OriginLine } from './Origin';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

const ID = '0190f3c2-0000-7000-8000-000000000001';

function show(permissions: string[]) {
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(JSON.stringify({ id: ID, name: 'Company registry' }), { status: 200, headers: { 'content-type': 'application/json' } }))));
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions } as never);
  const router = createRouter({ routeTree: createRootRoute({ component: () => <OriginLine source={{ kind: 'registry', id: ID }} /> }), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
}

test('the registry that an image is from stands there by its name', async () => {
  show(['registries.read']);
  const link = await screen.findByRole('link', { name: 'Company registry' });
  expect(link.getAttribute('href')).toBe(`/registries/${ID}`);
  expect(document.body.textContent).not.toContain(ID);
  // Its name comes later than the line, which has room for it.
  expect(link.closest('.bh-late')).toBeTruthy();
  // Where that is not enough it is cut, and whole where one points at it.
  expect(link.title).toBe('Company registry');
});

test('whoever may not see registries sees its id, and no link that leads nowhere', async () => {
  show([]);
  // It was never to come later: nothing of it is cut.
  expect((await screen.findByText(ID)).closest('.bh-late')).toBeNull();
  expect(screen.queryByRole('link')).toBeNull();
});
