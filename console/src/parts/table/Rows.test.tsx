// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ShortcutProvider } from '../../frame/shortcuts';
import { LanguageProvider } from '../../i18n/language';
import type { BulkAction, Column, Selection } from './definition';
import { ResourceTable } from './ResourceTable';
import type { ListQuery } from './source';

const ROW_PX = 40;

beforeEach(() => {
  // jsdom lays nothing out: the window is ten rows high.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(10 * ROW_PX);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800);
  vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(1_000_000);
  HTMLElement.prototype.scrollTo = function scrollTo(this: HTMLElement, to?: ScrollToOptions | number) {
    if (typeof to !== 'object') return;
    this.scrollTop = to.top ?? 0;
    fireEvent.scroll(this);
  };
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const columns: Column<number>[] = [{ id: 'name', title: 'Name', width: 10, cell: (item) => <a href={`#${String(item)}`}>row {item}</a> }];

/** A list of so many numbers; its server counts them, or does not. */
function show(count: number, { isCounted = true, isDown = false } = {}) {
  const run = vi.fn<(selection: Selection) => void>();
  const bulk: BulkAction[] = [{ id: 'remove', label: 'Remove', isDanger: true, shortcut: 'x', run }];
  const source = {
    key: ['numbers', count],
    address: () => '/numbers',
    page: (query: ListQuery) => {
      if (isDown) return Promise.reject(new Error('down'));
      const start = Number(query.cursor ?? 0);
      const end = Math.min(start + 100, count);
      const items = Array.from({ length: end - start }, (_, at) => start + at);
      return Promise.resolve({ items, next: end < count ? String(end) : null, total: isCounted && !query.cursor ? count : null });
    },
  };
  const root = createRootRoute({
    component: () => (
      <ShortcutProvider>
        <ResourceTable label="Numbers" source={source} columns={columns} filters={[]} rowKey={String} bulk={bulk} empty={null} isUnfiltered />
      </ShortcutProvider>
    ),
  });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(
    <LanguageProvider initial="en">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}><RouterProvider router={router} /></QueryClientProvider>
    </LanguageProvider>,
  );
  return run;
}

const tick = (row: number) => userEvent.click(screen.getByRole('checkbox', { name: `Select ${String(row)}` }));
const link = (row: number) => screen.getByRole('link', { name: `row ${String(row)}` });

test('rows that are ticked one after another are all selected', async () => {
  const run = show(60);
  await screen.findByText('row 1');
  for (const row of [1, 2, 3]) await tick(row);
  screen.getByText('3 selected');
  await tick(2);
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  expect(run.mock.calls[0]?.[0]).toEqual({ kind: 'rows', keys: ['1', '3'] });
});

test('a row that is taken off whatever matches is the one that is not selected', async () => {
  const run = show(60);
  await userEvent.click(await screen.findByRole('button', { name: 'Select all 60 that match' }));
  screen.getByText('60 selected');
  await tick(2);
  screen.getByText('59 selected');
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  const chosen = run.mock.calls[0]?.[0];
  expect(chosen?.kind === 'rows' && chosen.keys.length).toBe(59);
  expect(chosen?.kind === 'rows' && chosen.keys.includes('2')).toBe(false);
});

test('of more rows than are loaded those before the reader stay selected, and it is told', async () => {
  const run = show(250);
  await userEvent.click(await screen.findByRole('button', { name: 'Select all 250 that match' }));
  await tick(2);
  screen.getByText('99 selected · only rows that are loaded');
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  const chosen = run.mock.calls[0]?.[0];
  expect(chosen?.kind === 'rows' && chosen.keys.length).toBe(99);
  await userEvent.click(screen.getByRole('button', { name: 'Clear selection' }));
  await tick(1);
  screen.getByText('1 selected');
});

test('no more rows are told of than there are', async () => {
  show(113, { isCounted: false });
  await screen.findByText('more than 100 rows');
  screen.getByText('Select all that match, more than 100');
  link(0).focus();
  await userEvent.keyboard('{End}');
  await screen.findByText('113 rows');
});

test('of a list that failed no number is told', async () => {
  show(5, { isDown: true });
  await screen.findByText('Retry');
  expect(screen.queryByText(/rows/)).toBeNull();
});

test('Space ticks the row that has the focus, and the key of an action does it to that row', async () => {
  const run = show(60);
  (await screen.findByRole('link', { name: 'row 4' })).focus();
  await userEvent.keyboard(' ');
  screen.getByText('1 selected');
  await userEvent.keyboard('j ');
  await screen.findByText('2 selected');
  await userEvent.keyboard('x');
  expect(run.mock.calls[0]?.[0]).toEqual({ kind: 'rows', keys: ['5'] });
});

test('End goes to the last row that is loaded, on to the next page, and the focus stays in a row', async () => {
  show(150);
  (await screen.findByRole('link', { name: 'row 0' })).focus();
  await userEvent.keyboard('{End}');
  await waitFor(() => { expect(document.activeElement).toBe(link(99)); });
  await waitFor(() => { screen.getByRole('link', { name: 'row 105' }); });
  await userEvent.keyboard('{End}');
  await waitFor(() => { expect(document.activeElement).toBe(link(149)); });
  await userEvent.keyboard('{Home}');
  await waitFor(() => { expect(document.activeElement).toBe(link(0)); });
});

test('the list has the focus of a row that was scrolled away, and goes on from there', async () => {
  show(90);
  (await screen.findByRole('link', { name: 'row 3' })).focus();
  const scroller = document.querySelector<HTMLElement>('.bh-rows');
  if (!scroller) throw new Error('no list');
  scroller.scrollTo({ top: 70 * ROW_PX });
  await waitFor(() => { expect(screen.queryByText('row 3')).toBeNull(); });
  expect(document.activeElement).toBe(scroller);
  await userEvent.keyboard('j');
  await waitFor(() => { expect(document.activeElement).toBe(link(4)); });
});
