// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { meQuery } from '../frame/me';
import { LanguageProvider } from '../i18n/language';
import { NewPolicyPage } from './policies/NewPolicyPage';
import { EditRegistryPage } from './registries/EditRegistryPage';
import { NewRegistryPage } from './registries/NewRegistryPage';

// The templates are files beside the console, which are no modules here.
vi.mock('./policies/templates', () => ({ TEMPLATES: ['pci-dss'], documentOf: () => 'name: new\nmode: audit\ncontrols: []\n' }));

afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.unstubAllGlobals();
});

const REGISTRY = { id: 'r1', name: 'hub', kind: 'oci', address: 'hub.example', rules: {}, poll_minutes: 60, most_at_once: 4, stale_days: 90, is_enabled: true, plain_http: false, has_hook_secret: false, risks: [] };

/** A page at its address, beside others. */
function show(Page: () => ReactNode, path: string, address: string) {
  vi.stubGlobal('fetch', vi.fn((url: string) => Promise.resolve(Response.json(url.includes('/registries/r1') ? REGISTRY : { items: [], next: null, total: 0 }, { headers: { etag: '"1"' } }))));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: ['policies.write', 'registries.write'], roles: [], has_second_factor: false, must_change_password: false });
  const root = createRootRoute({ component: Outlet });
  const frame = createRoute({ id: 'frame', getParentRoute: () => root, component: Outlet });
  const page = createRoute({ path, getParentRoute: () => frame, component: Page });
  const other = createRoute({ path: '/elsewhere', getParentRoute: () => frame, component: () => <p>Elsewhere</p> });
  const router = createRouter({
    routeTree: root.addChildren([frame.addChildren([page, other])]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return router;
}

test('a registry that is not saved is not left without a word', async () => {
  const router = show(EditRegistryPage, '/registries/$id/edit', '/registries/r1/edit');
  await userEvent.type(await screen.findByRole('textbox', { name: /^Name/ }), 'x');
  router.history.push('/elsewhere');
  const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' });
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(dialog.isConnected).toBe(false);
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: /^Name/ }).value).toMatch(/x$/);
  router.history.push('/elsewhere');
  await userEvent.click(await screen.findByRole('button', { name: 'Leave without saving' }));
  await screen.findByText('Elsewhere');
});

test('nor is one that is being added', async () => {
  const router = show(NewRegistryPage, '/registries/new', '/registries/new');
  await userEvent.click(await screen.findByRole('radio', { name: /Harbor/ }));
  router.history.push('/elsewhere');
  await screen.findByRole('dialog', { name: 'Leave without saving?' });
});

test('a registry that nobody changed is left at once', async () => {
  const router = show(EditRegistryPage, '/registries/$id/edit', '/registries/r1/edit');
  await screen.findByRole('textbox', { name: /^Name/ });
  router.history.push('/elsewhere');
  await screen.findByText('Elsewhere');
});

test('a policy that is written is not given up for another template without a word', async () => {
  const router = show(NewPolicyPage, '/policies/new', '/policies/new?from=empty');
  await userEvent.type(await screen.findByRole('textbox', { name: 'What you changed' }), 'first try');
  router.history.push('/policies/new');
  await screen.findByRole('dialog', { name: 'Leave without saving?' });
  await userEvent.click(screen.getByRole('button', { name: 'Leave without saving' }));
  await waitFor(() => { screen.getByRole('heading', { name: 'PCI DSS' }); });
});

test('a step of a registry that nobody has begun is the first one, in the address too', async () => {
  const router = show(NewRegistryPage, '/registries/new', '/registries/new?step=access');
  await screen.findByRole('radio', { name: /Harbor/ });
  await waitFor(() => { expect(router.state.location.search).toEqual({}); });
});

test('whoever loads the page anew goes on with the registry that was stored for its test', async () => {
  const router = show(NewRegistryPage, '/registries/new', '/registries/new?step=access&registry=r1');
  await waitFor(() => { expect(router.state.location.pathname).toBe('/registries/r1/edit'); });
});
