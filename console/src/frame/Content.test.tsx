// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../client/cache';
import { LanguageProvider } from '../i18n/language';
import { Content } from './Content';
import { meQuery } from './me';
import { useTitle } from './title';

afterEach(() => { cleanup(); queryClient.clear(); });

const may = (...permissions: string[]) => { queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions } as never); };

/** A page that knows at once what it shows. */
function Named() {
  useTitle('prod');
  return <h1>prod</h1>;
}

async function show() {
  const root = createRootRoute({ component: Content });
  const page = (path: string, permission: string) =>
    createRoute({ path, getParentRoute: () => root, staticData: { title: { en: path, ja: path }, permission }, component: () => <input aria-label={path} /> });
  const named = createRoute({ path: '/policies/prod', getParentRoute: () => root, staticData: { title: { en: 'Policy', ja: 'Policy' } }, component: Named });
  const router = createRouter({
    routeTree: root.addChildren([page('/policies/new', 'policies.write'), page('/policies', 'policies.read'), named]),
    history: createMemoryHistory({ initialEntries: ['/policies/new'] }),
  });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  await screen.findByRole('main');
  return router;
}

test('what was written stays when the right to save it is taken away', async () => {
  may('policies.read', 'policies.write');
  const router = await show();
  await userEvent.type(await screen.findByRole('textbox'), 'name: prod');
  act(() => { may('policies.read'); });
  await screen.findByText(/^Your rights changed/, { exact: false });
  expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('name: prod');
  // What only shows something goes with the right to see it; and a form is not begun without its right.
  await act(() => router.navigate({ to: '/policies' }));
  await screen.findByRole('textbox', { name: '/policies' });
  act(() => { may(); });
  await screen.findByRole('heading', { name: 'You may not see this page' });
  expect(screen.queryByRole('textbox')).toBeNull();
});

test('a form is not begun without its right', async () => {
  may('policies.read');
  await show();
  await screen.findByRole('heading', { name: 'You may not see this page' });
  expect(screen.queryByRole('textbox')).toBeNull();
});

test('the window is named after what a page shows, also where that is known at once', async () => {
  may('policies.read', 'policies.write');
  const router = await show();
  expect(document.title).toBe('/policies/new · Bulkhead');
  await act(() => router.navigate({ to: '/policies/$id', params: { id: 'prod' } }));
  await screen.findByRole('heading', { name: 'prod' });
  expect(document.title).toBe('prod · Bulkhead');
});
