// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider, useLocation } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { LanguageProvider } from '../i18n/language';
import { meQuery } from './me';
import { Navigation } from './Navigation';
import { useNavigationOpen } from './navigationOpen';
import { TopBar } from './TopBar';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

const nothing = () => undefined;

async function show(isOpen: boolean) {
  const [onClose, onNavigation] = [vi.fn(), vi.fn()];
  const link = await shown(() => (
    <>
      <TopBar isNavigationOpen={isOpen} onNavigation={onNavigation} onKeys={nothing} onSearch={nothing} />
      <Navigation isOpen={isOpen} onClose={onClose} />
    </>
  ));
  return { link, onClose, onNavigation };
}

/** As they are put together around a page. */
function Together() {
  const pathname = useLocation({ select: (location) => location.pathname });
  const { isOpen, menu, change, close } = useNavigationOpen(pathname);
  return (
    <>
      <TopBar isNavigationOpen={isOpen} menu={menu} onNavigation={change} onKeys={nothing} onSearch={nothing} />
      <Navigation isOpen={isOpen} onClose={close} />
    </>
  );
}

/** Shows them, and tells the link of the page that is shown. */
function shown(component: () => ReactNode): Promise<HTMLElement> {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: ['images.read'], roles: [] } as never);
  const root = createRootRoute({ component });
  const images = createRoute({ path: '/', getParentRoute: () => root, staticData: { title: { en: 'Images', ja: 'Images' }, nav: { group: 'images' }, permission: 'images.read' } });
  const router = createRouter({ routeTree: root.addChildren([images]), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  return screen.findByRole('link', { name: 'Images' });
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

test('the button that opened it has the focus again where Escape closes it', async () => {
  const link = await shown(Together);
  await userEvent.click(screen.getByRole('button', { name: 'Open navigation' }));
  link.focus();
  await userEvent.keyboard('{Escape}');
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Open navigation' }));
});

test('the focus stays where it is where nothing was open', async () => {
  const link = await shown(Together);
  await userEvent.click(link);
  expect(document.activeElement).toBe(link);
});
