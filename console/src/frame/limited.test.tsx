// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../client/cache';
import { LanguageProvider } from '../i18n/language';
import { Forbidden } from './Forbidden';
import { isBeyondScopes, mayDo, meQuery } from './me';
import { Navigation } from './Navigation';

afterEach(() => { cleanup(); queryClient.clear(); });

const PERMISSIONS = ['images.read', 'jobs.read', 'policies.read'];

async function pagesOf(limited?: readonly string[]) {
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: PERMISSIONS, ...(limited ? { limited } : {}) } as never);
  const root = createRootRoute({ component: () => <Navigation isOpen onClose={() => undefined} /> });
  const page = (path: string, name: string, permission: string) =>
    createRoute({ path, getParentRoute: () => root, staticData: { title: { en: name, ja: name }, nav: { group: 'assurance' }, permission } });
  const router = createRouter({
    routeTree: root.addChildren([page('/images', 'Images', 'images.read'), page('/jobs', 'Jobs', 'jobs.read'), page('/policies', 'Policies', 'policies.read')]),
    history: createMemoryHistory(),
  });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  await screen.findByRole('link', { name: 'Images' });
  return screen.getAllByRole('link').map((link) => link.textContent);
}

test('pages of what belongs to no application are not offered to whoever is limited to some', async () => {
  expect(await pagesOf(PERMISSIONS)).toEqual(['Images']);
  cleanup();
  expect(await pagesOf(['jobs.read'])).toEqual(['Images', 'Policies']);
  cleanup();
  expect(await pagesOf()).toEqual(['Images', 'Jobs', 'Policies']);
});

test('what is limited may still be done where it belongs to applications', () => {
  const me = { permissions: ['images.read', 'jobs.read'], limited: ['images.read', 'jobs.read'] };
  expect([mayDo(me, 'images.read'), mayDo(me, 'jobs.read'), mayDo(me, 'jobs.write')]).toEqual([true, false, false]);
  expect([isBeyondScopes(me, 'images.read'), isBeyondScopes(me, 'jobs.read'), isBeyondScopes(me, 'jobs.write')]).toEqual([false, true, false]);
});

test('such a page says what keeps the reader from it', async () => {
  render(<LanguageProvider initial="en"><Forbidden permission="jobs.read" isLimited /></LanguageProvider>);
  await screen.findByText(/It belongs to the whole installation/);
  expect(document.body.textContent).not.toContain('none of your roles gives');
});
