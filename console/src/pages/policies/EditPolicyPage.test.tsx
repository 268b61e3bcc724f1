// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import { meQuery } from '../../frame/me';
import { LanguageProvider } from '../../i18n/language';
import { EditPolicyPage } from './EditPolicyPage';

afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.unstubAllGlobals();
});

const DOCUMENT = 'schema: bulkhead.policy/1\nname: prod\nmode: audit\nversion: 1\ncontrols: []\n';

/** The editor, beside a page that others go to; its server refuses a text with "wrong". */
function show() {
  const policy = { id: 'p1', name: 'prod', document: DOCUMENT, is_enabled: true, version: 1 };
  vi.stubGlobal('fetch', vi.fn((url: string, { method = 'GET', body }: RequestInit = {}) => {
    if (method === 'PUT' && typeof body === 'string' && body.includes('wrong')) {
      return Promise.resolve(Response.json({ code: 'request.invalid', parameters: { field: 'document', line: 2, problem: 'it is wrong' }, detail: 'wrong' }, { status: 422 }));
    }
    if (url.includes('/policies/p1')) return Promise.resolve(Response.json(policy, { headers: { etag: '"1"' } }));
    return Promise.resolve(Response.json({ items: [], next: null, total: 0 }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: ['policies.write'], roles: [], has_second_factor: false, must_change_password: false });
  const root = createRootRoute({ component: Outlet });
  const frame = createRoute({ id: 'frame', getParentRoute: () => root, component: Outlet });
  const edit = createRoute({ path: '/policies/$id/edit', getParentRoute: () => frame, component: EditPolicyPage });
  const page = createRoute({ path: '/policies/$id', getParentRoute: () => frame, component: () => <p>the policy itself</p> });
  const router = createRouter({ routeTree: root.addChildren([frame.addChildren([edit, page])]), history: createMemoryHistory({ initialEntries: ['/policies/p1/edit'] }) });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
}

const typed = async (text: string) => {
  const source = await screen.findByDisplayValue(/bulkhead.policy/);
  fireEvent.change(source, { target: { value: DOCUMENT + text } });
};

test('who leaves an edited policy is asked first; who saved it is not', async () => {
  show();
  await typed('# one\n');
  await userEvent.click(screen.getByRole('link', { name: 'Cancel' }));
  await screen.findByText('Leave without saving?');
  expect(screen.queryByText('the policy itself')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await screen.findByDisplayValue(/# one/);
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('the policy itself');
});

test('what was wrong with a text is not said of the corrected one', async () => {
  show();
  await typed('# wrong\n');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('it is wrong');
  await typed('# right\n');
  await waitFor(() => { expect(screen.queryByText('it is wrong')).toBeNull(); });
});

test('what nobody typed in is left without a question', async () => {
  show();
  await userEvent.click(await screen.findByRole('link', { name: 'Cancel' }));
  await screen.findByText('the policy itself');
});

test('characters that hide or reorder what a text says are told beside it', async () => {
  show();
  await typed('# fine\n');
  expect(screen.queryByText(/characters that cannot be seen/)).toBeNull();
  await typed('# \u202Eevil\n');
  await screen.findByText(/characters that cannot be seen/);
  expect(screen.getByText('line 6: U+202E')).toBeTruthy();
});
