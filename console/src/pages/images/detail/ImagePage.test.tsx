// @vitest-environment jsdom
import { QueryClientProvider, type QueryKey } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../client/cache';
import { showVerdict } from '../../../client/generated';
import { queryOf } from '../../../client/queries';
import { tellHere } from '../../../client/stream';
import { meQuery } from '../../../frame/me';
import { LanguageProvider } from '../../../i18n/language';
import { ImagePage } from './ImagePage';
import { insideQuery } from './inside/report';

afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.unstubAllGlobals();
});

const DIGEST = `sha256:${'0'.repeat(64)}`;

const image = {
  digest: DIGEST, name: 'shop/web', decision: 'deny', counts: { critical: 1, high: 0, medium: 0, low: 0, unrated: 34, fixable: 1234, kev: 0, gaps: 0 },
  os: '', platform: '', size_bytes: 1, evaluated: '2026-11-28T12:00:00Z', indexed: '2026-11-28T12:00:00Z', source: {}, names: [], approval: '',
};

function show(permissions: readonly string[], address = `/images/${DIGEST}`, answer: (url: string) => unknown = () => image) {
  vi.stubGlobal('fetch', vi.fn((url: string) => Promise.resolve(Response.json(answer(url)))));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: [...permissions], roles: [], has_second_factor: false, must_change_password: false });
  const root = createRootRoute({ component: Outlet });
  const frame = createRoute({ id: 'frame', getParentRoute: () => root, component: Outlet });
  const page = createRoute({ path: '/images/$digest', getParentRoute: () => frame, component: ImagePage });
  const router = createRouter({ routeTree: root.addChildren([frame.addChildren([page])]), history: createMemoryHistory({ initialEntries: [address] }), parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)) });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
}

test('an image that is removed while its page is open says so, and nothing can be done with it', async () => {
  show(['images.approve']);
  await screen.findByRole('button', { name: 'Remove the image' });
  const tell = (topic: string, id: string) => { act(() => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic, object: 'image', object_id: id, parameters: {} }); }); };
  tell('image.removed', 'sha256:another');
  expect(screen.queryByText(/This image was removed/)).toBeNull();
  tell('image.removed', DIGEST);
  await screen.findByText(/This image was removed/);
  expect(screen.queryByRole('button', { name: 'Remove the image' })).toBeNull();
  // It was registered again.
  tell('image.registered', DIGEST);
  await screen.findByRole('button', { name: 'Remove the image' });
});

test('findings are neither tabs nor links for whoever may not see them', async () => {
  show(['images.read'], `/images/${DIGEST}?tab=secrets`);
  const tabs = await screen.findAllByRole('tab');
  expect(tabs.map((tab) => tab.textContent)).toEqual(['Risk', 'Layers', 'Packages', 'Configuration', 'History', 'Report and SBOM', 'Exceptions', 'Names and origin']);
  expect(screen.getByRole('tab', { selected: true }).textContent).toBe('Risk');
  expect(screen.queryByRole('link', { name: /Critical/ })).toBeNull();
  cleanup();
  queryClient.clear();
  show(['images.read', 'findings.read']);
  expect(await screen.findAllByRole('tab')).toHaveLength(12);
  screen.getByRole('link', { name: /Critical/ });
});

test('what nobody rated stands beside what somebody did, and what can be fixed', async () => {
  show(['images.read', 'findings.read']);
  const rows = (name: string) => new URLSearchParams(screen.getByRole('link', { name }).getAttribute('href')?.split('?')[1]).get('filter');
  await screen.findByRole('link', { name: 'Critical 1' });
  expect(rows('Not rated 34')).toBe('severity:unknown,none -excepted_by:*');
  expect(rows('1,234 can be fixed')).toBe('fixed_version:* -excepted_by:*');
});

test('a verdict that changes while the page is open is read anew', async () => {
  show(['images.read']);
  await screen.findByText('Non-compliant');
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(Response.json({ ...image, decision: 'allow' }))));
  act(() => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic: 'verdict.changed', object: 'image', object_id: DIGEST, parameters: {} }); });
  await screen.findByText('Compliant');
});

test('so are the verdicts before it, its reasons, and what the report says of it', async () => {
  const verdict = (id: string, decision: string) => ({ id, decision, evaluated: '2026-11-28T12:00:00Z', cause: 'registered', reasons: [], policies: [], exceptions: [] });
  let verdicts = [verdict('v1', 'deny')];
  show(['images.read'], `/images/${DIGEST}?tab=history`, (url) => (url.includes('/history') ? { items: verdicts, next: null, total: null } : image));
  // Of the image, and of its history.
  await waitFor(() => { expect(screen.getAllByText('Non-compliant')).toHaveLength(2); });
  const others: readonly QueryKey[] = [queryOf(showVerdict, { query: { image: DIGEST } }).queryKey, insideQuery(DIGEST).queryKey];
  for (const key of others) queryClient.setQueryData(key, {});
  verdicts = [verdict('v2', 'allow'), verdict('v1', 'deny')];
  act(() => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic: 'verdict.changed', object: 'image', object_id: DIGEST, parameters: {} }); });
  await screen.findByText('Compliant');
  expect(others.map((key) => queryClient.getQueryState(key)?.isInvalidated)).toEqual([true, true]);
});

test('that others want the image scanned again is told until it was, and nobody is told of what they asked for themselves', async () => {
  show(['images.read']);
  await screen.findByText('Non-compliant');
  const tell = (id: string, topic: string, parameters: Record<string, unknown>) => { act(() => { tellHere({ id: 1, at: '2026-11-28T13:00:00Z', topic, object: 'image', object_id: id, parameters }); }); };
  const note = () => screen.queryByText((_, element) => element?.getAttribute('role') === 'status' && element.textContent.includes('New scan asked for'))?.textContent;
  tell(DIGEST, 'image.rescan_requested', { name: 'shop/web', by: 'sato', by_id: '1' });
  tell('sha256:another', 'image.rescan_requested', { name: 'shop/api', by: 'ann', by_id: '2' });
  expect(note()).toBeUndefined();
  // A token is somebody else, whatever it is called.
  tell(DIGEST, 'image.rescan_requested', { name: 'shop/web', by: 'sato', by_id: '3' });
  expect(note()).toContain('New scan asked for by sato, ');
  tell(DIGEST, 'image.rescan_requested', { name: 'shop/web', by: 'ann', by_id: '2' });
  expect(note()).toContain('New scan asked for by ann, ');
  // Of another application than the reader's.
  tell(DIGEST, 'image.rescan_requested', { name: 'shop/web' });
  expect(note()).toMatch(/New scan asked for, /);
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(Response.json({ ...image, decision: 'allow', indexed: '2026-11-28T13:05:00Z' }))));
  tell(DIGEST, 'verdict.changed', {});
  await screen.findByText('Compliant');
  expect(note()).toBeUndefined();
});

test('the note goes, and the image is read anew, when the scan has ended and the decision is the same', async () => {
  show(['images.read']);
  await screen.findByText('Non-compliant');
  const tell = (id: string, topic: string, parameters: Record<string, unknown>) => { act(() => { tellHere({ id: 1, at: '2026-11-28T13:00:00Z', topic, object: 'image', object_id: id, parameters }); }); };
  const note = () => screen.queryByText((_, element) => element?.getAttribute('role') === 'status' && element.textContent.includes('New scan asked for'));
  tell(DIGEST, 'image.rescan_requested', { name: 'shop/web', by: 'ann', by_id: '2' });
  expect(note()).not.toBeNull();
  tell('sha256:another', 'image.rescan_ended', { state: 'done' });
  expect(note()).not.toBeNull();
  const asked = vi.fn(() => Promise.resolve(Response.json(image)));
  vi.stubGlobal('fetch', asked);
  tell(DIGEST, 'image.rescan_ended', { state: 'done' });
  expect(note()).toBeNull();
  await waitFor(() => { expect(asked).toHaveBeenCalled(); });
});

test('the note stays in the same words: a status tells anew whatever changes in it', async () => {
  show(['images.read'], undefined, () => ({ ...image, indexed: '2020-01-01T00:00:00Z' }));
  await screen.findByText('Non-compliant');
  const at = new Date(Date.now() - 300_000).toISOString();
  act(() => { tellHere({ id: 1, at, topic: 'image.rescan_requested', object: 'image', object_id: DIGEST, parameters: { name: 'shop/web', by: 'ann', by_id: '2' } }); });
  const time = document.querySelector('[role="status"] time');
  expect(time?.getAttribute('datetime')).toBe(at);
  // The moment itself, as on hover, and not that it was five minutes ago.
  expect(time?.getAttribute('title')).toContain(`${time?.textContent ?? ''} (`);
});
