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
function show({ items = [], ...more }: { items?: readonly object[]; permissions?: readonly string[]; limited?: readonly string[] } = {}) {
  const ask = vi.fn((url: string) => Promise.resolve(Response.json({ items: url.includes('/exceptions?') ? items : [], next: null, total: items.length })));
  vi.stubGlobal('fetch', ask);
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
  return Object.assign(router, { ask });
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

test('the dialog begins at its first field, not at the button that closes it', async () => {
  show();
  const first = await screen.findByRole('textbox', { name: /^What is excepted/ });
  await waitFor(() => { expect(document.activeElement).toBe(first); });
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

test('whoever is limited to application scopes is told so, and no policies are asked for that they cannot see', async () => {
  const permissions = ['exceptions.read', 'exceptions.write', 'policies.read'];
  const { ask } = show({ permissions, limited: permissions });
  await screen.findByText(/^Your roles are limited to application scopes/);
  expect(ask.mock.calls.some(([url]) => url.includes('/policies'))).toBe(false);
  cleanup();
  queryClient.clear();
  const { ask: asked } = show({ permissions });
  await reason();
  await waitFor(() => { expect(asked.mock.calls.some(([url]) => url.includes('/policies'))).toBe(true); });
  expect(screen.queryByText(/^Your roles are limited/)).toBeNull();
});

test('the list does not tell an exception within application scopes to hold everywhere', async () => {
  const exception = { id: 'e1', name: 'old qs', reason: '', owner: 'bob', ids: ['CVE-1'], expires: '2026-12-06', ends: '2026-12-07T00:00:00Z', requested: '2026-11-01T00:00:00Z', requested_by: 'bob', comment: '', state: 'requested', version: 1, scopes: ['s1'] };
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  show({ items: [exception] });
  await screen.findByText((_, element) => element?.tagName === 'TD' && element.textContent === 'Only within the application scopes of bob');
  vi.restoreAllMocks();
});
