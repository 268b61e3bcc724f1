// @vitest-environment jsdom
// That a registry was listed is told to whoever may see registries, jobs or none.
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import { tellHere } from '../../client/stream';
import { meQuery } from '../../frame/me';
import { LanguageProvider } from '../../i18n/language';
import { RegistriesPage } from './RegistriesPage';
import { RegistryPage } from './RegistryPage';

vi.mock('../../client/stream', async (load) => ({ ...(await load<typeof import('../../client/stream')>()), useStreamState: () => 'live' }));

beforeEach(() => {
  // jsdom lays nothing out.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  Element.prototype.scrollTo = () => undefined;
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const AT = '2026-11-28T12:00:00Z';

const REGISTRY = {
  id: 'r1', name: 'Company registry', kind: 'oci', address: 'registry.example', rules: {}, risks: [], poll_minutes: 60, most_at_once: 4,
  stale_days: 0, plain_http: false, has_hook_secret: false, hook_path: '/hooks/r1', is_enabled: true, changed: AT, last_listed: AT,
};

/** The registry as it is at the moment, and how often it was asked for itself. */
function show(Page: () => ReactNode, path: string, address: string, permissions: string[]) {
  const server = { registry: { ...REGISTRY }, asked: 0 };
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    const { pathname } = new URL(url, 'https://x');
    const isAsked = pathname.endsWith('/registries/r1');
    if (isAsked) server.asked += 1;
    const list = { items: pathname.endsWith('/registries') ? [{ ...server.registry }] : [], next: null, total: 1 };
    return Promise.resolve(Response.json(isAsked ? server.registry : list, { headers: { etag: '"1"' } }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions, roles: [], has_second_factor: false, must_change_password: false });
  const root = createRootRoute({ component: Outlet });
  const frame = createRoute({ id: 'frame', getParentRoute: () => root, component: Outlet });
  const page = createRoute({ path, getParentRoute: () => frame, component: Page });
  const router = createRouter({ routeTree: root.addChildren([frame.addChildren([page])]), history: createMemoryHistory({ initialEntries: [address] }), parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)) });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return server;
}

const tell = (id: string) => { act(() => { tellHere({ id: 1, at: AT, topic: 'registry.listed', object: 'registry', object_id: id, parameters: {} }); }); };

test.each([['jobs too', ['registries.read', 'jobs.read']], ['registries alone', ['registries.read']]] as const)('the page of a registry that was listed has it read anew where one may see %s', async (_, permissions) => {
  const server = show(RegistryPage, '/registries/$id', '/registries/r1', [...permissions]);
  await screen.findByRole('heading', { name: 'Company registry' });
  tell('r2');
  await act(() => vi.advanceTimersByTimeAsync(16_000));
  expect(server.asked).toBe(1);
  tell('r1');
  await waitFor(() => { expect(server.asked).toBe(2); });
});

test.each([['jobs too', ['registries.read', 'jobs.read']], ['registries alone', ['registries.read']]] as const)('a registry that was listed is news in their list where one may see %s', async (_, permissions) => {
  show(RegistriesPage, '/registries', '/registries', [...permissions]);
  await screen.findByRole('link', { name: 'Company registry' });
  await act(() => vi.advanceTimersByTimeAsync(16_000));
  expect(screen.queryByRole('button', { name: /Show$/ })).toBeNull();
  tell('r1');
  expect((await screen.findByRole('button', { name: /Show$/ })).textContent).toBe('1 change · Show');
});
