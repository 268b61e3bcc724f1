// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ShortcutProvider } from '../../frame/shortcuts';
import { LanguageProvider } from '../../i18n/language';
import type { Column } from './definition';
import type { FilterKey } from './filter';
import { Head } from './Head';
import { ResourceTable } from './ResourceTable';
import type { ListSource } from './source';

beforeEach(() => {
  // jsdom lays nothing out: the window is ten rows high.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(800);
  HTMLElement.prototype.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.restoreAllMocks();
});

const column = (id: string, isHidden = false): Column<string> => ({ id, title: id, width: 10, isHidden, cell: (item) => `${id} of ${item}`, ...(id === 'size' ? { sort: { key: id } } : {}) });

const columns = [column('name'), column('size'), column('age', true)];

const filters: FilterKey[] = [{ key: 'os', label: 'System', values: [{ value: 'debian', label: 'Debian' }] }];

/** The orders that the list was asked for. */
const orders: string[] = [];

const source: ListSource<string> = {
  key: ['things'],
  address: () => '/things',
  page: ({ sort = '' }) => {
    orders.push(sort);
    return Promise.resolve({ items: ['one', 'two'], next: null, total: 2 });
  },
};

async function show(address = '/') {
  const root = createRootRoute({
    component: () => (
      <ShortcutProvider>
        <main><ResourceTable label="Things" source={source} columns={columns} filters={filters} rowKey={(item) => item} empty={null} /></main>
      </ShortcutProvider>
    ),
  });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ['/before', address] }), parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)) });
  render(
    <LanguageProvider initial="en">
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}><RouterProvider router={router} /></QueryClientProvider>
    </LanguageProvider>,
  );
  await screen.findByText('name of one');
  const search = () => router.latestLocation.search as { filter?: string; cols?: string; sort?: string };
  return {
    search,
    router,
    /** Types what is not there yet, and waits until the list is asked for it. */
    type: async (text: string) => {
      fireEvent.change(screen.getByRole('combobox'), { target: { value: text } });
      await waitFor(() => { expect(search().filter).toBe(text); });
    },
    back: async () => {
      act(() => { router.history.back(); });
      await waitFor(() => { expect(router.state.status).toBe('idle'); });
    },
  };
}

const widths = () => [...document.querySelectorAll('col')].map((col) => col.style.width);

const headings = () => screen.getAllByRole('columnheader').map((heading) => heading.textContent);

test('what was typed in one go with pauses is one entry of the history: Back leads to the list before', async () => {
  const { type, back, search, router } = await show('/?filter=os:debian');
  screen.getByRole('combobox').focus();
  await type('os:debian p');
  await type('os:debian post');
  await type('os:debian postgres');
  await userEvent.keyboard('{Enter}');
  expect(router.history.length).toBe(3);
  await back();
  expect(search().filter).toBe('os:debian');
  await back();
  expect(router.latestLocation.pathname).toBe('/before');
});

test('what is typed behind Enter, in the field anew or behind Back is another step', async () => {
  const { type, back, search } = await show();
  const field = screen.getByRole('combobox');
  field.focus();
  await type('one');
  await userEvent.keyboard('{Enter}');
  await type('one two');
  await userEvent.click(screen.getByRole('button', { name: 'Reload' }));
  field.focus();
  await type('one two three');
  await back();
  expect(search().filter).toBe('one two');
  await back();
  expect(search().filter).toBe('one');
  await type('four');
  await back();
  expect(search().filter).toBe('one');
});

test('columns that the list does not have are none, and go with the next change', async () => {
  const { search, type } = await show('/?cols=age,color,owner');
  expect(headings()).toEqual(['name', 'age']);
  screen.getByRole('combobox').focus();
  await type('x');
  expect(search().cols).toBe('age');
});

test('a list of which no column is known shows the usual ones', async () => {
  const { search, type } = await show('/?cols=color,owner');
  expect(headings()).toEqual(['name', 'size']);
  screen.getByRole('combobox').focus();
  await type('x');
  expect(search().cols).toBeUndefined();
});

test('an order that no heading asks for is none, and goes with the next change', async () => {
  orders.length = 0;
  const { search, type } = await show('/?sort=colour');
  expect(orders).toEqual(['']);
  screen.getByRole('combobox').focus();
  await type('x');
  expect(search().sort).toBeUndefined();
  cleanup();
  orders.length = 0;
  await show('/?sort=-size');
  expect(orders).toEqual(['-size']);
});

test('taking the last column off leaves the name', async () => {
  const { search } = await show();
  await userEvent.click(screen.getByRole('button', { name: 'Columns' }));
  await userEvent.click(await screen.findByLabelText('size', { selector: 'input' }));
  await waitFor(() => { expect(search().cols).toBe('name'); });
  expect(headings()).toEqual(['name']);
});

test('every landmark of a list has a name of its own', async () => {
  await show();
  const { violations } = await axe.run(document.body, { runOnly: ['landmark-unique', 'region', 'scrollable-region-focusable'] });
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html.slice(0, 80))])).toEqual([]);
});

test('a first column that says nothing where it is cut is marked for narrow windows', async () => {
  await show();
  expect([...document.querySelectorAll('col')].map((col) => col.className)).toEqual(['', '']);
  cleanup();
  render(<table><Head columns={[{ ...column('at'), isWhole: true }, column('size')]} sort="" onSort={() => undefined} isSelectable={false} /></table>, { wrapper: ({ children }) => <LanguageProvider initial="en">{children}</LanguageProvider> });
  expect([...document.querySelectorAll('col')].map((col) => col.className)).toEqual(['bh-whole', '']);
});

test('a term that cannot be asked is told and can be taken away, but not while it is being written', async () => {
  const { search, type } = await show('/?filter=' + encodeURIComponent('os: os:debian name:"a b'));
  const chips = () => screen.queryAllByText(/^Not understood/).map((chip) => chip.textContent);
  expect(chips()).toEqual(['Not understood: os:', 'Not understood: name:"a b']);
  await userEvent.click(screen.getByRole('button', { name: 'Remove Not understood: os:' }));
  await waitFor(() => { expect(search().filter).toBe('os:debian name:"a b'); });
  const field = screen.getByRole('combobox');
  field.focus();
  await type('os:debian os:');
  expect(chips()).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Reload' }));
  expect(chips()).toEqual(['Not understood: os:']);
});

test('a column is made wider with the keys, which is one step back, and stays so for the next visit', async () => {
  const { search, back } = await show();
  const edge = screen.getByRole('separator', { name: 'Width of name' });
  edge.focus();
  for (const width of ['11', '12']) {
    await userEvent.keyboard('{ArrowRight}');
    await waitFor(() => { expect(edge.getAttribute('aria-valuenow')).toBe(width); });
  }
  expect(search().cols).toBe('name:12,size');
  expect(widths()).toEqual(['12rem', '10rem']);
  await back();
  expect(search().cols).toBeUndefined();
  expect(widths()).toEqual(['10rem', '10rem']);
  cleanup();
  await show();
  expect(widths()).toEqual(['12rem', '10rem']);
  cleanup();
  // What an address says counts more.
  await show('/?cols=age:7.5');
  expect(headings()).toEqual(['name', 'age']);
  expect(widths()).toEqual(['10rem', '7.5rem']);
});

test('the arrows lead from edge to edge, of which Tab reaches one, and move a column with Shift', async () => {
  const { search } = await show('/?cols=size,age');
  const edge = (name: string) => screen.getByRole('separator', { name: `Width of ${name}` });
  edge('name').focus();
  await userEvent.keyboard('{ArrowDown}');
  expect(document.activeElement).toBe(edge('size'));
  expect(screen.getAllByRole('separator').map((one) => one.tabIndex)).toEqual([-1, 0, -1]);
  await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
  await waitFor(() => { expect(headings()).toEqual(['name', 'age', 'size']); });
  expect(search().cols).toBe('age,size');
  expect(document.activeElement).toBe(edge('size'));
  await userEvent.keyboard('{Enter}');
  expect(search().cols).toBe('age,size');
});

test('a column is as wide as it is dragged', async () => {
  // Two columns of ten rem in fifty are twenty-five each.
  vi.spyOn(HTMLElement.prototype, 'offsetWidth', 'get').mockReturnValue(400);
  Element.prototype.setPointerCapture = () => undefined;
  const { search } = await show();
  const edge = screen.getByRole('separator', { name: 'Width of name' });
  fireEvent.pointerDown(edge, { button: 0, clientX: 400 });
  fireEvent.pointerMove(edge, { clientX: 480 });
  expect(widths()).toEqual(['15rem', '10rem']);
  expect(search().cols).toBeUndefined();
  fireEvent.pointerUp(edge, { clientX: 480 });
  await waitFor(() => { expect(search().cols).toBe('name:15,size'); });
  expect(widths()).toEqual(['15rem', '10rem']);
  fireEvent.doubleClick(edge);
  await waitFor(() => { expect(search().cols).toBeUndefined(); });
});

test('a column is made wider and narrower in the menu, where nothing is dragged, which is one step back', async () => {
  const { search, back } = await show();
  await userEvent.click(screen.getByRole('button', { name: 'Columns' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Make name wider' }));
  await waitFor(() => { expect(search().cols).toBe('name:12,size'); });
  await userEvent.click(screen.getByRole('button', { name: 'Make size narrower' }));
  await waitFor(() => { expect(widths()).toEqual(['12rem', '8rem']); });
  expect(search().cols).toBe('name:12,size:8');
  // A column that is not shown has no width.
  expect(screen.queryByRole('button', { name: 'Make age wider' })).toBeNull();
  await back();
  expect(search().cols).toBeUndefined();
});

test('the menu of columns has what a menu may have, and the first column stays ticked in it', async () => {
  const { search } = await show();
  await userEvent.click(screen.getByRole('button', { name: 'Columns' }));
  await screen.findByRole('button', { name: 'Make size wider' });
  const { violations } = await axe.run(document.body, { runOnly: ['aria-required-children', 'aria-required-parent', 'nested-interactive'] });
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html.slice(0, 80))])).toEqual([]);
  const name = screen.getByLabelText<HTMLInputElement>('name', { selector: 'input' });
  await userEvent.click(name);
  expect([name.checked, search().cols]).toEqual([true, undefined]);
});

test('columns are moved in the menu, where the focus stays, and are the usual ones again', async () => {
  const { search } = await show('/?cols=size,age');
  await userEvent.click(screen.getByRole('button', { name: 'Columns' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Move size right' }));
  await waitFor(() => { expect(headings()).toEqual(['name', 'age', 'size']); });
  expect(search().cols).toBe('age,size');
  // There is no further to the right.
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Move size left');
  const usual = screen.getByRole('menuitem', { name: 'Usual columns and widths' });
  await userEvent.click(usual);
  await waitFor(() => { expect(headings()).toEqual(['name', 'size']); });
  // There is nothing more to do, and the focus is still there: a disabled button has none.
  expect([usual.getAttribute('aria-disabled'), usual.matches(':disabled')]).toEqual(['true', false]);
  expect(search().cols).toBeUndefined();
  cleanup();
  await show();
  expect(headings()).toEqual(['name', 'size']);
});

test('the keys reach what the menu does to a column, and lead back to its tick', async () => {
  const { search } = await show('/?cols=size,age');
  const tick = (name: string) => screen.getByLabelText(name, { selector: 'input' });
  await userEvent.click(screen.getByRole('button', { name: 'Columns' }));
  (await screen.findByLabelText('name', { selector: 'input' })).focus();
  await userEvent.keyboard('{ArrowLeft}');
  expect(document.activeElement).toBe(tick('name'));
  tick('size').focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  const wider = screen.getByRole('button', { name: 'Make size wider' });
  expect(document.activeElement).toBe(wider);
  await userEvent.keyboard('{Enter}');
  await waitFor(() => { expect(search().cols).toBe('size:12,age'); });
  expect(document.activeElement).toBe(wider);
  // The second column cannot go further to the left: what cannot be pressed is passed over, and behind the last nothing comes.
  await userEvent.keyboard('{ArrowRight}{ArrowRight}');
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Move size right' }));
  await userEvent.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}');
  expect(document.activeElement).toBe(tick('size'));
});
