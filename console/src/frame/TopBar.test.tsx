// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { LanguageProvider } from '../i18n/language';
import { meQuery } from './me';
import { TopBar } from './TopBar';

afterEach(() => {
  cleanup();
  localStorage.clear();
});

test('whoever chose another language is still where they chose it', async () => {
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: [], roles: [], has_second_factor: false, must_change_password: false });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  const nothing = () => undefined;
  const root = createRootRoute({ component: () => <TopBar isNavigationOpen={false} onNavigation={nothing} onKeys={nothing} onSearch={nothing} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router} /></QueryClientProvider></LanguageProvider>);
  (await screen.findByRole('button', { name: 'Language: English' })).focus();
  await userEvent.keyboard('{Enter}');
  await userEvent.click(await screen.findByRole('menuitem', { name: '日本語' }));
  const chosen = await screen.findByRole('button', { name: '言語: 日本語' });
  await waitFor(() => { expect(document.activeElement).toBe(chosen); });
});
