// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import type { Event, Registry, RowCount } from '../../client/generated';
import { tellHere } from '../../client/stream';
import { meQuery } from '../../frame/me';
import type { Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import { Overview } from './Overview';

afterEach(() => { cleanup(); queryClient.clear(); vi.useRealTimers(); vi.unstubAllGlobals(); });

const REGISTRY = {
  id: 'r1', kind: 'oci', address: 'registry.example', rules: {}, risks: [], poll_minutes: 60, most_at_once: 4, stale_days: 0,
  plain_http: false, has_hook_secret: false, hook_path: '/hooks/r1', changed: '2026-11-28T12:00:00Z',
} as unknown as Registry;

function show(counted: RowCount, { language = 'en', permissions = ['images.read', 'registries.read'] }: { language?: Language; permissions?: string[] } = {}) {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    asked.push(new URL(url, 'https://x'));
    return Promise.resolve(Response.json(url.includes('/counts') ? counted : { items: [], next: 'more', total: null }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions, roles: [], has_second_factor: false, must_change_password: false });
  const router = createRouter({ routeTree: createRootRoute({ component: () => <><h1>Registry</h1><Overview registry={REGISTRY} /></> }), history: createMemoryHistory() });
  render(<LanguageProvider initial={language}><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return asked;
}

test.each([
  ['en', { count: 4312, is_exact: true }, '4,312 images'],
  ['en', { count: 10_000, is_exact: false }, 'more than 10,000 images'],
  ['en', { count: 0, is_exact: false }, 'images, not counted'],
  ['ja', { count: 10_000, is_exact: false }, 'イメージ10,000件超'],
  ['ja', { count: 0, is_exact: false }, 'イメージ(件数は未集計)'],
] as const)('the images of a registry are told as far as they were counted, and lead to themselves (%s, %o)', async (language, counted, says) => {
  const asked = show(counted, { language });
  const link = await screen.findByRole('link', { name: says });
  const to = new URL(link.getAttribute('href') ?? '', 'https://x');
  expect([to.pathname, to.searchParams.get('tab')]).toEqual(['/registries/r1', 'images']);
  expect(asked.map(({ pathname, searchParams }) => [pathname, Object.fromEntries(searchParams)])).toEqual([
    ['/api/v1/counts', { resource: 'images', filter: 'registry:registry.example' }],
  ]);
});

test('whoever may not see images is told no number of them', async () => {
  const asked = show({ count: 1, is_exact: true }, { permissions: ['registries.read'] });
  await screen.findByRole('heading', { name: 'Registry' });
  expect(screen.queryByText(/image/)).toBeNull();
  expect(asked).toEqual([]);
});

test('its numbers are asked for when something happens to it, and not while nothing does', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const asked = show({ count: 1, is_exact: true }, { permissions: ['images.read', 'jobs.read', 'registries.read'] });
  await screen.findByRole('link', { name: '1 image' });
  const counted = () => ['/counts', '/jobs'].map((path) => asked.filter(({ pathname }) => pathname.endsWith(path)).length);
  await waitFor(() => { expect(counted()).toEqual([1, 1]); });
  const wait = (ms: number) => act(async () => { await vi.advanceTimersByTimeAsync(ms); });
  /** Tells it, and waits for a second. */
  const tell = (topic: string, parameters: Event['parameters']) => {
    act(() => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic, object: topic.split('.')[0] ?? '', object_id: '1', parameters }); });
    return wait(1_000);
  };
  await wait(3_000);
  await tell('job.finished', { registry: 'r2' });
  expect(counted()).toEqual([1, 1]);
  // Of the images that a job brings each is told by itself.
  await tell('job.finished', { registry: 'r1' });
  await waitFor(() => { expect(counted()).toEqual([1, 2]); });
  await tell('image.registered', { name: 'registry.example.org/shop/web:1' });
  await wait(2_500);
  expect(counted()).toEqual([1, 2]);
  // However many come, they are counted once in three seconds.
  await tell('image.registered', { name: 'registry.example/shop/web:1' });
  await tell('image.removed', { name: 'registry.example/shop/web:0' });
  expect(counted()).toEqual([1, 2]);
  await tell('image.registered', { name: 'registry.example/shop/api:1' });
  await waitFor(() => { expect(counted()).toEqual([2, 2]); });
});
