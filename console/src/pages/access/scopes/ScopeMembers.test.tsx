// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../client/cache';
import type { RowCount } from '../../../client/generated';
import { meQuery } from '../../../frame/me';
import type { Language } from '../../../i18n/format';
import { LanguageProvider } from '../../../i18n/language';
import { ScopeMembers } from './ScopeMembers';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

const DRAFT = {
  name: 'shop', description: '', expression: 'v1 && v2',
  variables: [{ attribute: 'image.repository', value: 'shop/*' }, { attribute: 'image.label', key: 'team', value: 'shop' }],
};

function show(counted: RowCount, { language = 'en', permissions = ['images.read'] }: { language?: Language; permissions?: string[] } = {}) {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    asked.push(new URL(url, 'https://x'));
    return Promise.resolve(Response.json(url.includes('/counts') ? counted : { items: [], next: 'more', total: null }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions, roles: [], has_second_factor: false, must_change_password: false });
  const router = createRouter({ routeTree: createRootRoute({ component: () => <><h1>Scope</h1><ScopeMembers draft={DRAFT} /></> }), history: createMemoryHistory() });
  render(<LanguageProvider initial={language}><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return asked;
}

test.each([
  ['en', { count: 4312, is_exact: true }, '4,312 images belong to it now Show them'],
  ['en', { count: 1, is_exact: true }, '1 image belongs to it now Show them'],
  ['en', { count: 0, is_exact: true }, '0 images belong to it now Show them'],
  ['en', { count: 10_000, is_exact: false }, 'More than 10,000 images belong to it now Show them'],
  ['en', { count: 0, is_exact: false }, 'How many images belong to it now was not counted Show them'],
  ['ja', { count: 10_000, is_exact: false }, '現在10,000件超のイメージが該当します 一覧を表示'],
  ['ja', { count: 0, is_exact: false }, '該当するイメージの件数は集計していません 一覧を表示'],
] as const)('how many belong to a scope is told as far as they were counted (%s, %o)', async (language, counted, says) => {
  const asked = show(counted, { language });
  const link = await screen.findByRole('link');
  expect(screen.getByRole('status').textContent).toBe(says);
  expect(new URL(link.getAttribute('href') ?? '', 'https://x').pathname).toBe('/images');
  expect(asked.map(({ pathname, searchParams }) => [pathname, Object.fromEntries(searchParams)])).toEqual([
    ['/api/v1/counts', { resource: 'images', filter: 'repository:shop/* label:team=shop' }],
  ]);
});

test('whoever may not see images is told nothing, and the server is not asked', async () => {
  const asked = show({ count: 1, is_exact: true }, { permissions: [] });
  await screen.findByRole('heading');
  expect(screen.queryByRole('status')).toBeNull();
  expect(asked).toEqual([]);
});
