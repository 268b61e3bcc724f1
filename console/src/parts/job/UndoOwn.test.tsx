// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import type { Job } from '../../client/generated';
import { LanguageProvider } from '../../i18n/language';
import { UndoOwn } from './UndoOwn';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

const JOB: Job = {
  id: 'j1', kind: 'bulk', state: 'done', registry_id: '', priority: 'person', tries: 1, requested_by: 'admin', expires: new Date(Date.now() + 3_600_000).toISOString(),
  not_before: '2026-01-01T00:00:00Z', created: '2026-01-01T00:00:00Z', progress: { done: 12, total: 12, changed: 11, not_permitted: 1 },
  work: { kind: 'bulk', work: { resource: 'images', action: 'approve', filter: 'name:shop/*', expected: 12 } },
};

function show(job: Job): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', vi.fn((url: string, { method }: RequestInit) => {
    asked.push(`${method ?? ''} ${url}`);
    return Promise.resolve(Response.json(method === 'POST' ? { ...job, id: 'j2' } : { items: [], next: null }));
  }));
  const router = createRouter({ routeTree: createRootRoute({ component: () => <UndoOwn job={job} /> }), history: createMemoryHistory() });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return asked;
}

const posts = (asked: readonly string[]) => asked.filter((one) => one.startsWith('POST'));

test('what was done to many is taken back once it was said how many, and not before', async () => {
  const asked = show(JOB);
  await userEvent.click(await screen.findByRole('button', { name: 'Take back' }));
  const dialog = await screen.findByRole('dialog');
  expect(dialog.textContent).toContain('“Approve images” changed 11 objects, which become what they were before.');
  expect(within(dialog).getByText('name:shop/*')).toBeTruthy();
  expect(posts(asked)).toEqual([]);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(posts(asked)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Take back' }));
  await userEvent.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Take back' }));
  await waitFor(() => { expect(posts(asked)).toEqual(['POST /api/v1/me/jobs/j1/undo']); });
  await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
});

test('requests for exceptions are told to be withdrawn', async () => {
  show({ ...JOB, work: { kind: 'bulk', work: { resource: 'vulnerabilities', filter: '', expected: 12 } } as never });
  await userEvent.click(await screen.findByRole('button', { name: 'Take back' }));
  expect((await screen.findByRole('dialog')).textContent).toContain('11 requests for exceptions are withdrawn.');
});
