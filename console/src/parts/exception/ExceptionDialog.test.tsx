// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createBrowserHistory, createRootRoute, createRoute, createRouter, type RouterHistory } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import { meQuery } from '../../frame/me';
import { LanguageProvider } from '../../i18n/language';
import { ExceptionsPage } from '../../pages/exceptions/ExceptionsPage';

beforeEach(() => { Element.prototype.scrollTo = () => undefined; });

let history: RouterHistory;

afterEach(() => { cleanup(); history.destroy(); queryClient.clear(); vi.unstubAllGlobals(); });

/** The list of exceptions with the dialog that asks for one. */
function show(more: object = {}) {
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(Response.json({ items: [], next: null, total: 0 }))));
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: ['exceptions.read', 'exceptions.write'], ...more } as never);
  // Steps back are blocked in the history of a browser alone.
  history = createBrowserHistory();
  for (const address of ['/exceptions', '/exceptions?new=true']) {
    history.push(address);
    history.flush();
  }
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: '/exceptions', component: ExceptionsPage });
  const router = createRouter({
    routeTree: root.addChildren([page]),
    history,
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return router;
}

const TITLE = 'Leave without saving?';

const reason = () => screen.findByRole<HTMLTextAreaElement>('textbox', { name: /^Why may it stay/ });

const write = async () => { await userEvent.type(await reason(), 'nobody can reach it'); };

const isThere = (title: string) => screen.queryByText(title) !== null;

test.each(['Escape', 'Close', 'Back'])('a request that was written is not thrown away without a word: %s', async (way) => {
  const router = show();
  await write();
  const leave = async () => {
    if (way === 'Escape') await userEvent.keyboard('{Escape}');
    else if (way === 'Close') await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    else router.history.back();
    await screen.findByText(TITLE);
  };
  await leave();
  // Escape is for the question then, and not for what is below it.
  await userEvent.keyboard('{Escape}');
  await waitFor(() => { expect(isThere(TITLE)).toBe(false); });
  expect((await reason()).value).toBe('nobody can reach it');
  await leave();
  await userEvent.click(screen.getByRole('button', { name: 'Leave without saving' }));
  await waitFor(() => { expect(isThere('Request an exception')).toBe(false); });
  expect(router.state.location.search).toEqual({});
});

test('a request that nobody wrote closes at once, as does one that is cancelled', async () => {
  show();
  await reason();
  await userEvent.keyboard('{Escape}');
  await waitFor(() => { expect(isThere('Request an exception')).toBe(false); });
  cleanup();
  show();
  await write();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => { expect(isThere('Request an exception')).toBe(false); });
});
