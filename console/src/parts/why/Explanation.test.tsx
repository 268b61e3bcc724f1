// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../../client/cache';
import { verdictOf } from '../../client/verdict';
import { meQuery } from '../../frame/me';
import { LanguageProvider } from '../../i18n/language';
import Explanation from './Explanation';

afterEach(() => { cleanup(); queryClient.clear(); });

test.each([['en', 'Cause', 'registration'], ['ja', 'きっかけ', '登録']] as const)('what caused a verdict is told in words (%s)', async (language, title, cause) => {
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: [] } as never);
  const verdict = verdictOf({ decision: 'allow', digest: 'sha256:1', cause: 'registered' });
  const router = createRouter({ routeTree: createRootRoute({ component: () => <Explanation verdict={verdict} json={{}} /> }), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial={language}><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  expect((await screen.findByText(title)).nextElementSibling?.textContent).toBe(cause);
});
