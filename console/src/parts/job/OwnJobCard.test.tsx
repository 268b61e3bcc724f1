// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import type { Job } from '../../client/generated';
import { LanguageProvider } from '../../i18n/language';
import OwnJobCard from './OwnJobCard';

const JOB: Job = {
  id: 'j1', kind: 'bulk', state: 'leased', registry_id: '', priority: 'person', tries: 1, requested_by: 'admin',
  not_before: '2026-01-01T00:00:00Z', created: '2026-01-01T00:00:00Z', progress: { done: 100, total: 400, changed: 90, not_permitted: 10 },
  work: { kind: 'bulk', work: { resource: 'images', action: 'rescan', filter: '', expected: 400 } },
};

afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.unstubAllGlobals();
});

function show(job: Job) {
  const asked: string[] = [];
  let now = job;
  vi.stubGlobal('fetch', vi.fn((url: string, { method }: RequestInit) => {
    asked.push(`${method ?? ''} ${url}`);
    if (method === 'POST') now = { ...now, state: 'cancelled' };
    return Promise.resolve(new Response(JSON.stringify(now), { status: 200, headers: { 'content-type': 'application/json' } }));
  }));
  const onLeave = vi.fn();
  render(
    <QueryClientProvider client={queryClient}>
      <LanguageProvider initial="en"><OwnJobCard id={job.id} onLeave={onLeave} /></LanguageProvider>
    </QueryClientProvider>,
  );
  return { asked, onLeave };
}

test('a job that goes on tells how far it is, and can be stopped; what it did not reach is told then', async () => {
  const { asked } = show(JOB);
  await screen.findByText('Scan images again');
  expect(screen.getByRole('progressbar').getAttribute('value')).toBe('100');
  expect(screen.getByText('90 changed and 10 not permitted')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  await screen.findByText('90 changed, 10 not permitted, and 300 not reached');
  expect(asked).toContain('POST /api/v1/me/jobs/j1/cancel');
  expect(screen.queryByRole('progressbar')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
});

test('taking a job out of sight does not stop it', async () => {
  const { asked, onLeave } = show(JOB);
  await screen.findByText('Scan images again');
  await userEvent.click(screen.getByRole('button', { name: /^Out of sight/ }));
  expect(onLeave).toHaveBeenCalledTimes(1);
  expect(asked.some((one) => one.startsWith('POST'))).toBe(false);
});

test('an export that is ready has its file until its time is over', async () => {
  const done: Job = {
    ...JOB, kind: 'export', state: 'done', progress: { done: 12, total: 12 }, link: '/api/v1/me/jobs/j1/output',
    expires: new Date(Date.now() + 3_600_000).toISOString(), work: { kind: 'export', resource: 'images', format: 'csv' },
  };
  show(done);
  await waitFor(() => { expect(screen.getByRole('link', { name: 'Download' }).getAttribute('href')).toBe('/api/v1/me/jobs/j1/output'); });
  expect(screen.getByText('Images as CSV')).toBeTruthy();
  cleanup();
  queryClient.clear();
  show({ ...done, expires: '2026-01-01T00:00:00Z' });
  await screen.findByText('The file is no longer kept');
  expect(screen.queryByRole('link')).toBeNull();
});

test('a job that failed tells why in words', async () => {
  show({ ...JOB, state: 'dead', failure: { code: 'bulk.moved', parameters: { found: 7, expected: 3 } } });
  await screen.findByText('Failed');
  expect(document.querySelector('.bh-cause')?.textContent).toBe('The number of objects that this would change has moved; look at it again.');
});
