// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import { Failure } from '../../client/failure';
import type { Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import { Field } from '../Field';
import { NewObject } from './NewObject';

afterEach(cleanup);

async function show(create: () => Promise<string>, language: Language = 'en') {
  const root = createRootRoute();
  const Page = () => (
    <NewObject initial={{ name: '', url: '' }} action="Create" create={create} onMade={() => undefined} stale={[]}>
      {(draft, change) => (
        <>
          <Field member="name" label="Name" isRequired value={draft.name} onValue={(name) => { change({ name }); }} />
          <Field member="target" label="Address" help="https only" value={draft.url} onValue={(url) => { change({ url }); }} />
        </>
      )}
    </NewObject>
  );
  const routes = [
    createRoute({ getParentRoute: () => root, path: '/', component: Page }),
    createRoute({ getParentRoute: () => root, path: '/elsewhere', component: () => <p>Elsewhere</p> }),
  ];
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial={language}><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  await screen.findByLabelText('Address');
  return router;
}

const refused = (field: string) => () => Promise.reject(new Failure(422, 'request.invalid', { field, problem: 'use https' }, '', 'r1'));

test('what the server refuses is told at its field, by the name that the reader knows', async () => {
  await show(refused('target.url'));
  await userEvent.type(screen.getByRole('textbox', { name: /Name/ }), 'a');
  await userEvent.click(screen.getByRole('button', { name: 'Create' }));
  expect((await screen.findAllByText(/Address: this value is not allowed/)).length).toBe(2);
  const field = screen.getByRole('textbox', { name: 'Address' });
  expect(field.getAttribute('aria-invalid')).toBe('true');
  expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toContain('use https');
  expect(screen.getByRole('textbox', { name: /Name/ }).getAttribute('aria-invalid')).toBe('false');
  expect(document.body.textContent).not.toContain('target.url');
});

test('what is refused of no field of the form keeps the name of the server', async () => {
  await show(refused('quota'));
  await userEvent.type(screen.getByRole('textbox', { name: /Name/ }), 'a');
  await userEvent.click(screen.getByRole('button', { name: 'Create' }));
  expect(await screen.findByText(/quota: this value is not allowed/)).toBeTruthy();
});

test('nothing is sent while a required field is empty', async () => {
  const create = vi.fn(() => Promise.resolve(''));
  await show(create);
  await userEvent.click(screen.getByRole('button', { name: 'Create' }));
  expect(create).not.toHaveBeenCalled();
});

test('screen readers hear nothing in another language', async () => {
  await show(refused('name'), 'ja');
  await userEvent.type(screen.getByRole('textbox', { name: /Name/ }), 'a');
  await userEvent.click(screen.getByRole('button', { name: 'Create' }));
  await screen.findByText('エラー:');
  expect(document.body.textContent).not.toMatch(/alert|status/i);
  // Nor is what went wrong the heading of a part of the page.
  expect(screen.queryByRole('heading')).toBeNull();
});

test('leaving without saving saves nothing', async () => {
  const create = vi.fn(() => Promise.resolve(''));
  const router = await show(create);
  await userEvent.type(screen.getByRole('textbox', { name: /Name/ }), 'half');
  router.history.push('/elsewhere');
  await userEvent.click(await screen.findByRole('button', { name: 'Leave without saving' }));
  await screen.findByText('Elsewhere');
  expect(create).not.toHaveBeenCalled();
});
