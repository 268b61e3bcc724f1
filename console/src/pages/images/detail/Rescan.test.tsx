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

function show(permissions: readonly string[], registries: readonly object[], kind = 'pipeline') {
  const asked: { url: URL; body: unknown }[] = [];
  vi.stubGlobal('fetch', vi.fn((url: string, { body }: RequestInit) => {
    asked.push({ url: new URL(url, 'https://x'), body: typeof body === 'string' ? JSON.parse(body) : null });
    return Promise.resolve(Response.json(url.includes('/registries') ? { items: registries } : { id: 'j1' }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: [...permissions], roles: [], has_second_factor: false, must_change_password: false });
  const image = { digest: 'sha256:1', names: [{ registry: 'localhost:5000', repository: 'a' }, { registry: 'localhost:5000', repository: 'b' }], source: { kind } } as unknown as ImageDetails;
  const router = createRouter({ routeTree: createRootRoute({ component: () => <><h1>{image.digest}</h1><Rescan image={image} /></> }), history: createMemoryHistory() });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return { asked, router };
}

const button = () => screen.queryByRole('button', { name: 'Scan again' });

test('an image of a known registry is scanned again with one press, and the job is followed', async () => {
  const { asked, router } = show(['images.write', 'registries.read'], [{ id: 'r' }]);
  await userEvent.click(await screen.findByRole('button', { name: 'Scan again' }));
  await waitFor(() => { expect(router.state.location.search).toEqual({ job: 'j1' }); });
  expect(asked[0]?.url.searchParams.get('filter')).toBe('address:"localhost:5000"');
  expect(asked.at(-1)?.body).toEqual({ action: 'rescan', filter: 'digest:"sha256:1"', expected: 1 });
});

test('it is not offered where the server knows no registry of the image, or the reader may not', async () => {
  const { asked } = show(['images.write', 'registries.read'], [], 'registry');
  await waitFor(() => { expect(asked).toHaveLength(1); });
  await waitFor(() => { expect(button()).toBeNull(); });
  expect(screen.getByRole('heading')).toBeTruthy();
  cleanup();
  queryClient.clear();
  show(['registries.read'], [{ id: 'r' }], 'registry');
  await screen.findByRole('heading');
  expect(button()).toBeNull();
});

test('whoever may not see registries is offered it where the image came from one', async () => {
  show(['images.write'], [], 'registry');
  expect(await screen.findByRole('button', { name: 'Scan again' })).toBeTruthy();
  cleanup();
  queryClient.clear();
  show(['images.write'], [], 'pipeline');
  await screen.findByRole('heading');
  expect(button()).toBeNull();
});
