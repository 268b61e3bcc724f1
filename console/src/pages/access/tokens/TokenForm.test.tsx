// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../client/cache';
import { meQuery } from '../../../frame/me';
import { LanguageProvider } from '../../../i18n/language';
import { TokenForm } from './TokenForm';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

function show(permissions: readonly string[], own: readonly { id: string; name: string }[] = []) {
  let answer: (response: Response) => void = () => undefined;
  const scopes = new Promise<Response>((resolve) => { answer = resolve; });
  vi.stubGlobal('fetch', vi.fn((url: string) => (url.includes('/scopes') ? scopes : Promise.resolve(Response.json({ items: [], next: null })))));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: [...permissions], scopes: [...own], roles: [], has_second_factor: false, must_change_password: false });
  const Page = () => <><h1>Token</h1><TokenForm create={() => Promise.reject(new Error('no'))} stale={[]} onDone={() => undefined} /></>;
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory() });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return answer;
}

test('the form comes with the application scopes to choose from: nothing in it moves when they come', async () => {
  const answer = show(['access.read']);
  await screen.findByRole('heading');
  expect(screen.queryByRole('textbox')).toBeNull();
  answer(Response.json({ items: [{ id: 's1', name: 'shop', description: '' }], next: null }));
  await screen.findByRole('textbox', { name: /^What it is for/ });
  expect(screen.getByRole('checkbox', { name: 'shop' })).toBeTruthy();
});

test('whoever may not see scopes does not wait for them', async () => {
  show([]);
  expect(await screen.findByRole('textbox', { name: /^What it is for/ })).toBeTruthy();
});

test('whoever is limited to scopes chooses among these', async () => {
  show([], [{ id: 's1', name: 'shop' }]);
  expect(await screen.findByRole('checkbox', { name: 'shop' })).toBeTruthy();
  expect(screen.getByText(/without, what you reach/)).toBeTruthy();
});
