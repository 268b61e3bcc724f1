// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellHere } from '../../../client/stream';
import { ShortcutProvider } from '../../../frame/shortcuts';
import { LanguageProvider } from '../../../i18n/language';
import { PackagesTab } from './PackagesTab';

const DIGEST = `sha256:${'0'.repeat(64)}`;

const found = (name: string, layer: number | null) => ({ name, version: '1', ecosystem: 'deb', purl: `pkg:deb/${name}@1`, source: null, layer });

beforeEach(() => {
  // jsdom lays nothing out.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  HTMLElement.prototype.scrollTo = () => undefined;
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(Response.json({ items: [found('bash', 0), found('xz', null)], next: null, total: 2 }))));
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function show(address: string) {
  const router = createRouter({
    routeTree: createRootRoute({ component: () => <ShortcutProvider><PackagesTab digest={DIGEST} /></ShortcutProvider> }),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  });
  render(<LanguageProvider initial="en"><QueryClientProvider client={new QueryClient()}><RouterProvider router={router} /></QueryClientProvider></LanguageProvider>);
}

test('packages are narrowed by what is known of them', async () => {
  show('/?tab=packages&filter=layer:0 xz');
  await screen.findAllByRole('link', { name: /^Layer/ });
  const asked = vi.mocked(fetch).mock.calls.map(([address]) => new URL(address as string, 'https://x')).filter(({ pathname }) => pathname.endsWith('/packages'));
  expect(asked.map(({ searchParams }) => searchParams.get('filter'))).toContain('layer:0 xz');
});

test('the layer of a package leads to what made it', async () => {
  show('/?tab=packages&cols=layer');
  const [link, ...others] = await screen.findAllByRole('link', { name: /^Layer/ });
  expect(others).toEqual([]);
  expect(link?.textContent).toBe('0');
  const { searchParams } = new URL(link?.getAttribute('href') ?? '', 'https://x');
  expect(['tab', 'layer', 'cols'].map((name) => searchParams.get(name)?.replaceAll('"', '') ?? null)).toEqual(['layers', '0', null]);
});

test('nothing that is told of an image is news of its packages', async () => {
  show('/?tab=packages');
  await screen.findByText('bash');
  for (const topic of ['image.registered', 'verdict.changed']) {
    act(() => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic, object: 'image', object_id: DIGEST, parameters: {} }); });
  }
  expect(screen.queryByRole('button', { name: /Show$/ })).toBeNull();
});
