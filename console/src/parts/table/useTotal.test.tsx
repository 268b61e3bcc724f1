// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ShortcutProvider } from '../../frame/shortcuts';
import { LanguageProvider } from '../../i18n/language';
import type { Page } from '../../client/generated';
import type { BulkAction } from './definition';
import { ResourceTable } from './ResourceTable';

/** What the server was asked beside the rows. */
let asked: string[] = [];

/** Lets the page come that was asked for last. */
let give: () => void = () => undefined;

let counted = { count: 935, is_exact: true };

beforeEach(() => {
  // jsdom lays nothing out.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  HTMLElement.prototype.scrollTo = () => undefined;
  asked = [];
  counted = { count: 935, is_exact: true };
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    asked.push(url);
    return Promise.resolve(Response.json(url.includes('/counts') ? counted : { items: [] }));
  }));
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function show({ rows = 100, address = '/', bulk = [] }: { rows?: number; address?: string; bulk?: readonly BulkAction[] } = {}) {
  const items = Array.from({ length: rows }, (_, at) => `p${String(at)}`);
  const page = vi.fn(() => new Promise<Page<string>>((resolve) => {
    give = () => { resolve({ items, next: rows < 100 ? null : 'more', total: null }); };
  }));
  const source = { key: ['packages'], address: () => '/packages', page };
  const columns = [{ id: 'name', title: 'Name', width: 10, cell: (item: string) => item }];
  const root = createRootRoute({
    component: () => (
      <ShortcutProvider>
        <ResourceTable resource="packages" label="Packages" source={source} columns={columns} filters={[{ key: 'name', label: 'Name' }]} fixedFilter="ecosystem:deb" rowKey={(item) => item} bulk={bulk} empty={null} />
      </ShortcutProvider>
    ),
  });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: [address] }), parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)) });
  render(
    <LanguageProvider initial="en">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}><RouterProvider router={router} /></QueryClientProvider>
    </LanguageProvider>,
  );
  await waitFor(() => { expect(page).toHaveBeenCalledTimes(1); });
  return page;
}

test('the number and what is suggested are asked for once the first rows are there', async () => {
  await show({ address: '/?filter=name:xz' });
  expect(asked).toEqual([]);
  act(give);
  await screen.findByText('935 rows');
  expect(asked.toSorted()).toEqual(['/api/v1/counts?resource=packages&filter=ecosystem%3Adeb+name%3Axz', '/api/v1/filters']);
});

test('a list that came as a whole is not counted once more', async () => {
  await show({ rows: 7 });
  act(give);
  await screen.findByText('7 rows');
  await waitFor(() => { expect(asked).toEqual(['/api/v1/filters']); });
});

test('the number of before stays while the rows are read anew, and follows them', async () => {
  const page = await show();
  act(give);
  await screen.findByText('935 rows');
  counted = { count: 936, is_exact: true };
  await userEvent.click(screen.getByRole('button', { name: 'Reload' }));
  await waitFor(() => { expect(page).toHaveBeenCalledTimes(2); });
  screen.getByText('935 rows');
  act(give);
  await screen.findByText('936 rows');
});

test('beyond what is counted it says that there are more', async () => {
  counted = { count: 10_000, is_exact: false };
  await show();
  act(give);
  await screen.findByText('more than 10,000 rows');
});

test.each([
  [{ count: 935, is_exact: true }, 'Select all 935 that match', { total: 935, isLeast: false }],
  [{ count: 0, is_exact: false }, /^Select all that match, more than 1\d\d$/, { isLeast: true }],
  [{ count: 10_000, is_exact: false }, 'Select all that match, more than 10,000', { total: 10_000, isLeast: true }],
])('actions on all that match are told whether these were counted to the end (%o)', async (count, button, selection) => {
  counted = count;
  const run = vi.fn();
  await show({ bulk: [{ id: 'delete', label: 'Remove', run }] });
  act(give);
  await userEvent.click(await screen.findByRole('button', { name: button }));
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  expect(run.mock.calls[0]?.[0]).toMatchObject({ kind: 'matching', filter: 'ecosystem:deb', ...selection });
});
