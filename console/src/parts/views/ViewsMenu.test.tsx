// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import type { SavedView, SavedViewEdit } from '../../client/generated';
import { LanguageProvider } from '../../i18n/language';
import type { TableState } from '../table/useTableState';
import { ViewsMenu } from './ViewsMenu';

const DENIED: SavedView = {
  id: 'v1', list: 'images', name: 'Denied', filter: 'decision:deny', sort: '-severity', columns: ['verdict', 'os'],
  created: '2026-01-01T00:00:00Z', changed: '2026-01-01T00:00:00Z',
};
const OF_JOBS: SavedView = { ...DENIED, id: 'v2', list: 'jobs', name: 'Dead jobs' };

afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.unstubAllGlobals();
});

/** A server with these views, and what it was asked to change. */
function show(state: TableState, stored: SavedView[], refusal?: { status: number; body: object }) {
  let views = stored;
  const asked: string[] = [];
  vi.stubGlobal('fetch', vi.fn((url: string, { method = 'GET', body, headers }: RequestInit) => {
    const answer = (status: number, value: unknown, etag = '"1"') =>
      Promise.resolve(new Response(value === null ? null : JSON.stringify(value), { status, headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', etag } }));
    const id = /views\/(\w+)$/.exec(url)?.[1];
    if (method === 'GET') return answer(200, id ? views.find((view) => view.id === id) : { items: views, next: null, total: views.length });
    asked.push(`${method} ${id ?? ''} ${new Headers(headers).get('if-match') ?? ''} ${typeof body === 'string' ? body : ''}`.trim());
    if (refusal) return answer(refusal.status, refusal.body);
    if (method === 'DELETE') {
      views = views.filter((view) => view.id !== id);
      return answer(204, null);
    }
    const edit = JSON.parse(typeof body === 'string' ? body : '{}') as SavedViewEdit;
    const changed: SavedView = { ...DENIED, filter: '', sort: '', columns: [], ...edit, id: id ?? 'new' };
    views = [...views.filter((view) => view.id !== changed.id), changed];
    return answer(method === 'POST' ? 201 : 200, changed);
  }));
  const change = vi.fn();
  render(
    <QueryClientProvider client={queryClient}>
      <LanguageProvider initial="en"><ViewsMenu list="images" state={state} change={change} /></LanguageProvider>
    </QueryClientProvider>,
  );
  return { asked, change };
}

const open = () => userEvent.click(screen.getByRole('button', { name: 'Views' }));

test('a view shows the list with its filter, order and columns, in one step; other lists have theirs', async () => {
  const { change } = show({ filter: '', sort: '', columns: '' }, [DENIED, OF_JOBS]);
  await open();
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Denied' }));
  expect(change).toHaveBeenCalledExactlyOnceWith({ filter: 'decision:deny', sort: '-severity', columns: 'verdict,os' });
  expect(screen.queryByText('Dead jobs')).toBeNull();
});

test('what is shown is saved under a name', async () => {
  const { asked } = show({ filter: 'kev:>0', sort: '', columns: 'verdict' }, []);
  await open();
  await screen.findByText('No view of this list is saved yet.');
  await userEvent.click(screen.getByRole('menuitem', { name: 'Save this view' }));
  await userEvent.type(await screen.findByRole('textbox', { name: /^Name/ }), ' Exploited ');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
  expect(asked).toEqual([`POST   ${JSON.stringify({ list: 'images', name: 'Exploited', filter: 'kev:>0', sort: '', columns: ['verdict'] })}`]);
});

test('a name that a view has says so, and replaces what it shows', async () => {
  const { asked } = show({ filter: 'kev:>0', sort: '', columns: '' }, [DENIED]);
  await open();
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Save this view' }));
  await userEvent.type(await screen.findByRole('textbox', { name: /^Name/ }), 'Denied');
  await screen.findByText(/what it shows is replaced/);
  await userEvent.click(screen.getByRole('button', { name: 'Replace' }));
  await waitFor(() => { expect(asked).toEqual([`PUT v1 "1" ${JSON.stringify({ name: 'Denied', filter: 'kev:>0', sort: '', columns: [] })}`]); });
});

test('views are renamed and removed', async () => {
  const { asked } = show({ filter: '', sort: '', columns: '' }, [DENIED]);
  await open();
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Rename or remove views' }));
  const field = await screen.findByRole('textbox', { name: 'Name of Denied' });
  await userEvent.clear(field);
  await userEvent.type(field, 'Worst');
  await userEvent.click(screen.getByRole('button', { name: 'Rename' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Remove Worst' }));
  await screen.findByText('No view of this list is saved yet.');
  expect(asked).toEqual([
    `PUT v1 "1" ${JSON.stringify({ name: 'Worst', filter: 'decision:deny', sort: '-severity', columns: ['verdict', 'os'] })}`,
    'DELETE v1 "1"',
  ]);
});

test('whoever has as many as there may be is told so', async () => {
  const problem = { type: 'about:blank', title: 'x', status: 409, code: 'object.state', detail: 'full', parameters: { most: 100 } };
  show({ filter: '', sort: '', columns: '' }, [], { status: 409, body: problem });
  await open();
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Save this view' }));
  await userEvent.type(await screen.findByRole('textbox', { name: /^Name/ }), 'One more');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText(/You have 100 saved views/);
});

test('views that could not be read are not told to be none', async () => {
  show({ filter: '', sort: '', columns: '' }, []);
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response('{}', { status: 403 }))));
  await open();
  await screen.findByText('Your saved views could not be read.');
  expect(screen.queryByText('No view of this list is saved yet.')).toBeNull();
});
