// @vitest-environment jsdom
// What could not be read is not told to be none; what was refused is told; what is told has words in both languages.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { meQuery } from '../frame/me';
import type { Language } from '../i18n/format';
import { LanguageProvider } from '../i18n/language';
import { AREAS } from '../i18n/permissions/permissions';
import { PermissionGrid } from './access/PermissionGrid';
import { RolePage } from './access/roles/RolePage';
import { ScopePicker } from './access/ScopePicker';
import { TokensPage } from './access/tokens/TokensPage';
import { UserPage } from './access/users/UserPage';
import { ComparePage } from './images/compare/ComparePage';
import { JobsPage } from './jobs/JobsPage';
import { PackagesPage } from './packages/PackagesPage';
import { VulnerabilitiesPage } from './vulnerabilities/VulnerabilitiesPage';
import { VulnerabilityPage } from './vulnerabilities/VulnerabilityPage';

beforeEach(() => {
  // jsdom lays nothing out.
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(400);
  Element.prototype.scrollTo = () => undefined;
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const AT = '2026-11-28T12:00:00Z';

interface Shown {
  path: string;
  address?: string;
  permissions?: string[];
  language?: Language;
  /** By the path of the API; lists that are not here are empty. What is a number fails with that. */
  answers?: Readonly<Record<string, unknown>>;
}

function show(Page: () => ReactNode, { path, address = path, permissions = [], language = 'en', answers = {} }: Shown) {
  const me = { id: '1', name: 'sato', kind: 'user', permissions, roles: [], has_second_factor: false, must_change_password: false };
  vi.stubGlobal('fetch', vi.fn((url: string, { method = 'GET' }: RequestInit = {}) => {
    const [, asked = ''] = /^\/api\/v1([^?]*)/.exec(url) ?? [];
    const answer = asked === '/me' ? me : answers[method === 'GET' ? asked : `${method} ${asked}`] ?? { items: [], next: null, total: 0 };
    if (typeof answer === 'number') return Promise.resolve(Response.json({ code: 'server.unavailable', parameters: {}, detail: 'down' }, { status: answer }));
    return Promise.resolve(Response.json(answer, { headers: { etag: '"1"' } }));
  }));
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(meQuery.queryKey, me);
  const root = createRootRoute({ component: Outlet });
  const frame = createRoute({ id: 'frame', getParentRoute: () => root, component: Outlet });
  const page = createRoute({ path, getParentRoute: () => frame, component: Page });
  const router = createRouter({
    routeTree: root.addChildren([frame.addChildren([page])]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  });
  render(<LanguageProvider initial={language}><QueryClientProvider client={client}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
}

test('a user whose groups cannot be read is not said to be in none', async () => {
  const user = { id: 'u1', name: 'ann', display_name: 'Ann', roles: [], groups: ['g1'], is_disabled: false, must_change_password: false, has_second_factor: false, created: AT, changed: AT };
  show(UserPage, { path: '/access/users/$id', address: '/access/users/u1', answers: { '/users/u1': user, '/groups': 503 } });
  expect((await screen.findByRole('link', { name: 'g1' })).getAttribute('href')).toBe('/access/groups/g1');
  expect(screen.queryByText('In no group')).toBeNull();
});

test('nobody is said to hold a role only where everybody was looked at', async () => {
  const role = { id: 'r1', name: 'own', description: '', permissions: [], scopes: [], is_preset: false, changed: AT };
  show(RolePage, { path: '/access/roles/$id', address: '/access/roles/r1', permissions: ['access.read'], answers: { '/roles/r1': role, '/users': 503 } });
  await screen.findByRole('button', { name: 'Retry' });
  expect(screen.queryByText('Nobody holds it.')).toBeNull();
});

test('a token that could not be looked for is not said to be missing', async () => {
  show(TokensPage, { path: '/access/tokens', address: '/access/tokens?token=t1', answers: { '/tokens': 503 } });
  await waitFor(() => { expect(screen.getAllByRole('button', { name: 'Retry' })).toHaveLength(2); });
  expect(screen.queryByText('This token is not in the list.')).toBeNull();
});

test('that there are no application scopes is said where they were looked at, and not to whoever may not see them', async () => {
  const Page = () => <ScopePicker label="Scopes" help="Help" none="There are none" chosen={[]} onChosen={() => undefined} />;
  show(Page, { path: '/', permissions: ['access.read'] });
  await screen.findByText('There are none');
  cleanup();
  show(Page, { path: '/' });
  await screen.findByText('Help');
  expect(screen.queryByText('There are none')).toBeNull();
  cleanup();
  show(Page, { path: '/', permissions: ['access.read'], answers: { '/scopes': 503 } });
  await screen.findByRole('button', { name: 'Retry' });
  expect(screen.queryByText('There are none')).toBeNull();
});

test('a job that could not be tried again says so in its row', async () => {
  const job = { id: 'j1', kind: 'scan', state: 'dead', registry_id: 'r1', priority: 'person', tries: 3, requested_by: 'ann', created: AT, not_before: AT, work: { kind: 'scan', repository: 'shop', tag: 'one' } };
  show(JobsPage, { path: '/jobs', permissions: ['jobs.read', 'jobs.write'], answers: { '/jobs': { items: [job], next: null, total: 1 }, 'POST /jobs/j1/retry': 503 } });
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  expect((await screen.findAllByRole('status')).some((status) => status.tagName === 'SMALL' && status.textContent !== '')).toBe(true);
  // Nor does its registry lead to a page that one may not see.
  expect(screen.queryByRole('link', { name: 'r1' })).toBeNull();
  screen.getByText('r1');
});

test('a vulnerability that no image has says so', async () => {
  const found = { id: 'CVE-1', aliases: [], advisories: [], severity: 'high', kev: false, first_seen: AT };
  show(VulnerabilityPage, { path: '/vulnerabilities/$id', address: '/vulnerabilities/CVE-1', answers: { '/vulnerabilities/CVE-1': found } });
  await screen.findByText('No image has it');
});

test('what was not compared is told in the language of the reader', async () => {
  const document = { schema: 'bulkhead.diff/1', not_compared: ['malware', 'secrets'] };
  show(ComparePage, { path: '/images/compare', address: '/images/compare?old=sha256:1&new=sha256:2', language: 'ja', answers: { '/images/compare': document } });
  await screen.findByText(/マルウェア、シークレットは片方でしか検査していない/);
});

test('the verdicts of compared images lead to their reasons', async () => {
  const image = (digest: string, decision: string) => ({ digest, name: `shop:${digest.slice(-1)}`, decision });
  const answers = { '/images/compare': { schema: 'bulkhead.diff/1' }, '/images/sha256%3A1': image('sha256:1', 'deny'), '/images/sha256%3A2': image('sha256:2', 'allow') };
  show(ComparePage, { path: '/images/compare', address: '/images/compare?old=sha256:1&new=sha256:2', answers });
  const whyOf = async (name: string) => new URLSearchParams((await screen.findByRole('link', { name })).getAttribute('href')?.split('?')[1]).get('why');
  expect(await whyOf('Non-compliant')).toMatch(/sha256:1/);
  expect(await whyOf('Compliant')).toMatch(/sha256:2/);
});

test('permissions that may be given have their rows before the server told which there are', async () => {
  const Page = () => <PermissionGrid label="Permissions" chosen={[]} onChosen={() => undefined} />;
  const areas = AREAS.map((area) => ({ area, permissions: [`${area}.read`] }));
  show(Page, { path: '/', answers: { '/permissions': { items: areas, next: null } } });
  await screen.findAllByRole('rowheader');
  const before = screen.getAllByRole('rowheader').map((row) => row.textContent);
  expect(screen.queryByRole('checkbox')).toBeNull();
  await screen.findByRole('checkbox', { name: 'Images: See' });
  expect(screen.getAllByRole('rowheader').map((row) => row.textContent)).toEqual(before);
});

test.each([[VulnerabilitiesPage, '/vulnerabilities'], [PackagesPage, '/packages']] as const)('where there is no image it is said how the first one comes, and nothing sounds like good news (%#)', async (Page, path) => {
  show(Page, { path, permissions: ['images.read', 'findings.read', 'registries.write'], answers: { '/summary': { images: { total: 0 } } } });
  await screen.findByText('No image yet');
  expect(screen.getByRole('link', { name: 'Add a registry' }).getAttribute('href')).toBe('/registries/new');
  expect(screen.getByText(/bulkhead scan --register/)).toBeTruthy();
  expect(screen.queryByText(/No known vulnerability|No package/)).toBeNull();
});

test('that no vulnerability is known is said with of how many images and by which intelligence', async () => {
  const shown = { path: '/vulnerabilities', permissions: ['images.read', 'findings.read', 'intelligence.read'] };
  show(VulnerabilitiesPage, { ...shown, answers: { '/summary': { images: { total: 12 }, intelligence: { built: AT, sequence: 7, age_seconds: 1 } } } });
  await screen.findByText('No known vulnerability in 12 images');
  expect(document.querySelector('.bh-empty time')?.getAttribute('datetime')).toBe(AT);
  cleanup();
  show(VulnerabilitiesPage, { ...shown, answers: { '/summary': { images: { total: 12 }, intelligence: null } } });
  await screen.findByText('No vulnerability can be known');
  expect(screen.getByRole('link', { name: 'Intelligence' }).getAttribute('href')).toBe('/system/intelligence');
});
