// @vitest-environment jsdom
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { Failure, Unreachable } from '../client/failure';
import { LanguageProvider } from '../i18n/language';
import { PageProblem } from './PageProblem';

afterEach(cleanup);

function show(address: string, error: Error) {
  const root = createRootRoute({ component: Outlet });
  const page = () => <PageProblem error={error} onRetry={() => undefined} />;
  const list = createRoute({ path: '/policies', getParentRoute: () => root, staticData: { title: { en: 'Policies', ja: 'ポリシー' }, nav: { group: 'assurance' } } });
  const one = createRoute({ path: '/policies/dry-runs/$job', getParentRoute: () => root, component: page, staticData: { title: { en: 'Dry run', ja: '試行' } } });
  const router = createRouter({ routeTree: root.addChildren([list, one]), history: createMemoryHistory({ initialEntries: [address] }) });
  render(<LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider>);
}

test('what is not there has a heading and a way back to its list, and is not asked for again', async () => {
  show('/policies/dry-runs/4', new Failure(404, 'request.not_found', {}, 'not found', null));
  await screen.findByRole('heading', { level: 1, name: 'There is nothing here' });
  expect(screen.getByRole('link', { name: 'Policies' }).getAttribute('href')).toBe('/policies');
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
});

test('what did not arrive is asked for again', async () => {
  show('/policies/dry-runs/4', new Unreachable());
  await screen.findByRole('heading', { level: 1, name: 'Dry run' });
  screen.getByRole('button', { name: 'Retry' });
});
