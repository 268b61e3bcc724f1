// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../client/cache';
import type { FindingAcknowledgement, ImageFinding } from '../../../client/generated';
import { tellHere } from '../../../client/stream';
import { meQuery } from '../../../frame/me';
import { LanguageProvider } from '../../../i18n/language';
import { FindingsTab, type FindingKind } from './FindingsTab';

beforeEach(() => {
  // jsdom lays nothing out.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  Element.prototype.scrollTo = () => undefined;
});

afterEach(() => {
  cleanup();
  queryClient.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function show(permissions: string[], address = '/', acknowledgement: FindingAcknowledgement | null = null, others: readonly ImageFinding[] = []) {
  const asked: { method: string; path: string; body: unknown }[] = [];
  const finding = { kind: 'vulnerability', severity: 'critical', kev: false, package: 'openssl', path: null } as unknown as ImageFinding;
  const usual = [{ ...finding, id: 'CVE-2026-0001', excepted_by: 'until tuesday', layer: 2 }, { ...finding, id: 'CVE-2026-0002', acknowledgement }];
  const items = others.length > 0 ? others : usual;
  vi.stubGlobal('fetch', vi.fn((url: string, { method = 'GET', body }: RequestInit = {}) => {
    if (method !== 'GET') asked.push({ method, path: new URL(url, 'https://x').pathname, body: typeof body === 'string' ? JSON.parse(body) : null });
    return Promise.resolve(method === 'DELETE' ? new Response(null, { status: 204 }) : Response.json({ items, next: null, total: 2 }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions, roles: [], has_second_factor: false, must_change_password: false });
  const root = createRootRoute({ component: () => <FindingsTab digest="sha256:1" kind={(others[0]?.kind ?? 'vulnerability') as FindingKind} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: [address] }), parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)) });
  render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  return asked;
}

test('what is excepted is struck and leads to its exception, and ids lead to the vulnerability', async () => {
  show(['findings.read', 'exceptions.read']);
  const id = await screen.findByRole('link', { name: 'CVE-2026-0001' });
  expect(id.getAttribute('href')).toBe('/vulnerabilities/CVE-2026-0001');
  const exception = screen.getByRole('link', { name: 'until tuesday' });
  expect(new URL(exception.getAttribute('href') ?? '', location.origin).searchParams.get('filter')).toContain('name:');
  const marks = screen.getAllByText('Critical');
  expect(marks.map((mark) => mark.closest('s') !== null)).toEqual([true, false]);
});

test('findings of one rule in one file are told apart by their lines', async () => {
  const wrong = vi.spyOn(console, 'error').mockReturnValue(undefined);
  show(['findings.read'], '/', null, [2, 9].map((line) => ({ kind: 'secret', id: 'aws-access-key-id', severity: 'high', kev: false, path: 'app/a.env', line })));
  expect(await screen.findAllByText('aws-access-key-id')).toHaveLength(2);
  expect([...document.querySelectorAll('td[data-label="File"]')].map((cell) => cell.textContent)).toEqual(['app/a.env:2', 'app/a.env:9']);
  expect(wrong.mock.calls.filter(([text]) => String(text).includes('same key'))).toEqual([]);
});

test('nothing leads to what the reader may not see', async () => {
  show([]);
  await screen.findByText('CVE-2026-0001');
  expect(screen.queryByRole('link', { name: /^(?!Layer)/ })).toBeNull();
  screen.getByText('until tuesday');
});

test('the layer that brought a finding leads to what made it, and is told where it is known alone', async () => {
  show(['findings.read'], '/?tab=vulnerabilities&filter=kev%3Atrue&sort=-severity');
  const links = await screen.findAllByRole('link', { name: /^Layer/ });
  expect(links.map((link) => link.textContent)).toEqual(['2']);
  const { searchParams } = new URL(links[0]?.getAttribute('href') ?? '', 'https://x');
  expect(['tab', 'layer', 'filter', 'sort'].map((name) => searchParams.get(name)?.replaceAll('"', '') ?? null)).toEqual(['layers', '2', null, null]);
  expect(screen.getByRole('columnheader', { name: /Layer/ })).toBeTruthy();
});

test('what changes the findings waits until the reader wants it, and what changes those of another image does not', async () => {
  show(['findings.read']);
  await screen.findByText('CVE-2026-0001');
  const tell = (digest: string) => { act(() => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic: 'verdict.changed', object: 'image', object_id: digest, parameters: {} }); }); };
  tell('sha256:2');
  expect(screen.queryByRole('button', { name: /Show$/ })).toBeNull();
  tell('sha256:1');
  expect(screen.getByRole('button', { name: /Show$/ }).textContent).toBe('1 change · Show');
});

test.each(['finding.acknowledged', 'finding.unacknowledged'])('what others do with acknowledgements is news, and what the reader does is not (%s)', async (topic) => {
  show(['findings.read']);
  await screen.findByText('CVE-2026-0001');
  const tell = (by: string) => { act(() => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic, object: 'image', object_id: 'sha256:1', parameters: { name: 'shop/web', finding: 'CVE-2026-0001', by } }); }); };
  tell('sato');
  expect(screen.queryByRole('button', { name: /Show$/ })).toBeNull();
  tell('ann');
  expect(screen.getByRole('button', { name: /Show$/ }).textContent).toBe('1 change · Show');
});

test('whoever has seen a finding says so of the image or of its repositories', async () => {
  const asked = show(['findings.read', 'findings.write']);
  await userEvent.click(await screen.findByRole('button', { name: 'Acknowledge CVE-2026-0001' }));
  const dialog = within(await screen.findByRole('dialog'));
  await userEvent.type(dialog.getByLabelText(/^What you say of it/), 'patched on Friday');
  await userEvent.click(dialog.getByLabelText('For this image alone'));
  await userEvent.click(dialog.getByRole('button', { name: 'Acknowledge' }));
  await waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
  expect(asked).toEqual([{
    method: 'POST', path: '/api/v1/images/sha256%3A1/acknowledgements',
    body: { kind: 'vulnerability', id: 'CVE-2026-0001', package: 'openssl', path: null, reason: 'patched on Friday', until: null, is_of_image: true },
  }]);
});

test('what was said is told, and may be taken back by whoever may say such things', async () => {
  const said = { id: 'a1', by: 'ann', at: '2026-11-28T12:00:00Z', place: 'registry.example/shop/web', reason: 'not reachable' };
  const asked = show(['findings.read', 'findings.write'], '/', said);
  const open = () => screen.findByRole('button', { name: 'ann has acknowledged CVE-2026-0002' });
  await userEvent.click(await open());
  let dialog = within(await screen.findByRole('dialog'));
  for (const text of ['not reachable', 'without an end']) dialog.getByText(text);
  // Others of the image have acknowledgements of their own, which stay.
  expect(dialog.getAllByText('registry.example/shop/web').map((place) => place.closest('dd, p')?.textContent)).toEqual([
    'registry.example/shop/web',
    'Taken back, it counts no longer for registry.example/shop/web. Where it was said for other repositories of the image, it still counts until it is taken back there. What was said stays in the audit trail.',
  ]);
  await userEvent.click(dialog.getByRole('button', { name: 'Take back' }));
  await waitFor(() => { expect(asked).toEqual([{ method: 'DELETE', path: '/api/v1/images/sha256%3A1/acknowledgements/a1', body: null }]); });
  cleanup();
  queryClient.clear();
  show(['findings.read'], '/', said);
  const told = await open();
  expect(screen.queryByRole('button', { name: /^Acknowledge CVE/ })).toBeNull();
  await userEvent.click(told);
  dialog = within(await screen.findByRole('dialog'));
  expect(dialog.queryByRole('button', { name: 'Take back' })).toBeNull();
});
