// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../client/cache';
import type { ImageDetails } from '../../../client/generated';
import { meQuery } from '../../../frame/me';
import { LanguageProvider } from '../../../i18n/language';
import { Rescan } from './Rescan';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

function show(permissions: readonly string[], isFetchable: boolean) {
  const asked: { path: string; body: unknown }[] = [];
  vi.stubGlobal('fetch', vi.fn((url: string, { body }: RequestInit) => {
    asked.push({ path: new URL(url, 'https://x').pathname, body: typeof body === 'string' ? JSON.parse(body) : null });
    return Promise.resolve(Response.json({ id: 'j1' }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: [...permissions], roles: [], has_second_factor: false, must_change_password: false });
  const image = { digest: 'sha256:1', is_fetchable: isFetchable } as unknown as ImageDetails;
  const router = createRouter({ routeTree: createRootRoute({ component: () => <><h1>{image.digest}</h1><Rescan image={image} /></> }), history: createMemoryHistory() });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return { asked, router };
}

const button = () => screen.queryByRole('button', { name: 'Scan again' });

test('an image of a known registry is scanned again with one press, and the job is followed', async () => {
  const { asked, router } = show(['images.write'], true);
  await userEvent.click(await screen.findByRole('button', { name: 'Scan again' }));
  await waitFor(() => { expect(router.state.location.search).toEqual({ job: 'j1' }); });
  expect(asked).toEqual([{ path: '/api/v1/images/bulk', body: { action: 'rescan', filter: 'digest:"sha256:1"', expected: 1 } }]);
});

test('it is there at once or not at all: nothing is asked before, so that nothing beside it moves', async () => {
  const { asked } = show(['images.write'], true);
  await screen.findByRole('heading');
  expect(button()).toBeTruthy();
  expect(asked).toEqual([]);
});

test.each([
  ['the server knows no registry of the image', ['images.write'], false],
  ['the reader may not', ['images.read', 'registries.read'], true],
] as const)('it is not offered where %s', async (_, permissions, isFetchable) => {
  const { asked } = show(permissions, isFetchable);
  await screen.findByRole('heading');
  expect(button()).toBeNull();
  expect(asked).toEqual([]);
});
