// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { LanguageProvider } from '../i18n/language';
import { meQuery } from './me';
import { Navigation } from './Navigation';
import { TopBar } from './TopBar';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

async function show(isOpen: boolean) {
  const [onClose, onNavigation] = [vi.fn(), vi.fn()];
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: ['images.read'], roles: [] } as never);
  const nothing = () => undefined;
  const root = createRootRoute({
    component: () => (
      <>
        <TopBar isNavigationOpen={isOpen} onNavigation={onNavigation} onKeys={nothing} onSearch={nothing} />
        <Navigation isOpen={isOpen} onClose={onClose} />
      </>
    ),
  });
  const images = createRoute({ path: '/', getParentRoute: () => root, staticData: { title: { en: 'Images', ja: 'Images' }, nav: { group: 'images' }, permission: 'images.read' } });
  const router = createRouter({ routeTree: root.addChildren([images]), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  const link = await screen.findByRole('link', { name: 'Images' });
  return { link, onClose, onNavigation };
}

test('Escape closes the navigation that lies over the page, from within it and from what opened it', async () => {
  const { link, onClose, onNavigation } = await show(true);
  link.focus();
  await userEvent.keyboard('{Escape}');
  expect(onClose).toHaveBeenCalledTimes(1);
  screen.getByRole('button', { name: 'Close navigation' }).focus();
  await userEvent.keyboard('{Escape}');
  expect(onNavigation.mock.calls).toEqual([[false]]);
});

test('the page that is shown closes it as well when it is chosen', async () => {
  const { link, onClose } = await show(true);
  await userEvent.click(link);
  expect(onClose).toHaveBeenCalledTimes(1);
});

test('Escape is for others while it is closed', async () => {
  const { link, onClose, onNavigation } = await show(false);
  link.focus();
  await userEvent.keyboard('{Escape}');
  screen.getByRole('button', { name: 'Open navigation' }).focus();
  await userEvent.keyboard('{Escape}');
  expect([onClose.mock.calls, onNavigation.mock.calls]).toEqual([[], []]);
});
