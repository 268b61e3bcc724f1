// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { meQuery } from '../frame/me';
import type { Language } from '../i18n/format';
import { LanguageProvider } from '../i18n/language';
import { GroupsPage } from './access/groups/GroupsPage';
import { ImagesPage } from './images/list/ImagesPage';
import { PackagesPage } from './packages/PackagesPage';
import { PoliciesPage } from './policies/PoliciesPage';
import { RegistriesPage } from './registries/RegistriesPage';
import { VulnerabilitiesPage } from './vulnerabilities/VulnerabilitiesPage';

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

const AT = '2026-11-28T12:00:00Z';

const COUNTS = { critical: 3, high: 1, medium: 0, low: 0, unrated: 34, kev: 1, fixable: 5, secrets: 2, malware: 1, misconfigurations: 0, gaps: 1 };

const IMAGE = { digest: 'sha256:1', name: 'shop/web:1', counts: COUNTS, decision: 'deny', severity: 'critical', os: '', platform: '', packages: 120, size_bytes: 1, approval: 'none', registered: AT, evaluated: AT, decided: AT };

const DOCUMENT = 'name: prod\ncontrols:\n  - type: severity\n    severity: high\n  - type: root\n';

const ROWS: Record<string, unknown> = {
  images: IMAGE,
  vulnerabilities: { id: 'CVE-2026-0001', severity: 'high', kev: false, images: 14, first_seen: AT },
  packages: { name: 'xz utils', version: '5.6', purl: 'pkg:deb/xz', ecosystem: 'deb', images: 1 },
  groups: { id: 'g1', name: 'team', description: '', members: ['u1', 'u2'], roles: [], changed: AT },
  policies: { id: 'p1', name: 'prod', document: DOCUMENT, mode: 'audit', is_enabled: true, author: 'sato', changed: AT, version: 7 },
  registries: { id: 'r1', name: 'hub', kind: 'oci', address: 'hub.example', risks: [{ code: 'registry.plain_http', parameters: {} }], rules: {}, is_enabled: true, changed: AT },
};

function show(Page: () => ReactNode, permissions: readonly string[], { address = '/', language = 'en' }: { address?: string; language?: Language } = {}) {
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    const [, list = ''] = /^\/api\/v1\/(\w+)/.exec(url) ?? [];
    const items = list in ROWS ? [ROWS[list]] : [];
    return Promise.resolve(Response.json({ items, next: null, total: items.length }));
  }));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: [...permissions], roles: [], has_second_factor: false, must_change_password: false });
  const root = createRootRoute();
  const own = createRoute({ getParentRoute: () => root, path: '/', component: Page });
  const image = createRoute({ getParentRoute: () => root, path: '/images/$digest', component: () => null });
  const router = createRouter({
    routeTree: root.addChildren([own, image]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  });
  render(<LanguageProvider initial={language}><QueryClientProvider client={queryClient}><RouterProvider router={router} /></QueryClientProvider></LanguageProvider>);
  return router;
}

async function target(name: string): Promise<string> {
  const link = await screen.findByRole('link', { name });
  const { pathname, searchParams } = new URL(link.getAttribute('href') ?? '', location.origin);
  return [decodeURIComponent(pathname), ...[...searchParams].map(([key, value]) => `${key}=${value.replaceAll('"', '')}`)].join(' ');
}

test('the numbers of an image lead to the findings that they count', async () => {
  const router = show(ImagesPage, ['images.read', 'findings.read'], { address: '/?cols=critical,high,medium,kev,secrets,malware,packages' });
  expect(await target('3 critical vulnerabilities in shop/web:1')).toBe('/images/sha256:1 tab=vulnerabilities filter=severity:critical -excepted_by:*');
  expect(await target('1 vulnerability of high severity in shop/web:1')).toBe('/images/sha256:1 tab=vulnerabilities filter=severity:high -excepted_by:*');
  expect(await target('1 vulnerability that is known to be exploited in shop/web:1')).toBe('/images/sha256:1 tab=vulnerabilities filter=kev:true -excepted_by:*');
  expect(await target('2 secrets in shop/web:1')).toBe('/images/sha256:1 tab=secrets filter=-excepted_by:*');
  expect(await target('1 piece of malware in shop/web:1')).toBe('/images/sha256:1 tab=malware filter=-excepted_by:*');
  expect(await target('120 packages in shop/web:1')).toBe('/images/sha256:1 tab=packages');
  // The router understands the address, and goes there itself.
  await userEvent.click(screen.getByRole('link', { name: '2 secrets in shop/web:1' }));
  await waitFor(() => { expect(router.latestLocation).toMatchObject({ pathname: '/images/sha256%3A1', search: { tab: 'secrets', filter: '-excepted_by:*' } }); });
});

test('what nobody rated and what can be fixed is counted where one looks first', async () => {
  show(ImagesPage, ['images.read', 'findings.read']);
  expect(await target('34 vulnerabilities without a severity in shop/web:1')).toBe('/images/sha256:1 tab=vulnerabilities filter=severity:unknown,none -excepted_by:*');
  expect(await target('5 vulnerabilities in shop/web:1 that can be fixed')).toBe('/images/sha256:1 tab=vulnerabilities filter=fixed_version:* -excepted_by:*');
});

test('nothing is behind a number that is none', async () => {
  show(ImagesPage, ['images.read', 'findings.read'], { address: '/?cols=medium,high' });
  await screen.findByRole('link', { name: /high/ });
  expect(screen.queryByRole('link', { name: /medium/ })).toBeNull();
});

test('in Japanese they say what is behind them as well', async () => {
  show(ImagesPage, ['images.read', 'findings.read'], { language: 'ja' });
  expect(await target('shop/web:1の深刻度「重大」の脆弱性3件')).toContain('tab=vulnerabilities');
});

test('numbers of findings lead nowhere for whoever may not see those', async () => {
  show(ImagesPage, ['images.read']);
  await screen.findByRole('link', { name: 'shop/web:1' });
  expect(screen.queryByRole('link', { name: /critical|secrets|malware/ })).toBeNull();
});

test('the images of a vulnerability are a link for whoever may see images', async () => {
  show(VulnerabilitiesPage, ['findings.read', 'images.read']);
  expect(await target('14 images with CVE-2026-0001')).toBe('/images filter=vulnerability:CVE-2026-0001');
  cleanup();
  queryClient.clear();
  show(VulnerabilitiesPage, ['findings.read']);
  await screen.findByRole('link', { name: 'CVE-2026-0001' });
  expect(screen.queryByRole('link', { name: /14/ })).toBeNull();
  screen.getByText('14');
});

test('so are the images of a package, the members of a group, the controls of a policy and the risks of a registry', async () => {
  show(PackagesPage, ['images.read']);
  expect(await target('1 image with xz utils 5.6')).toBe('/images filter=package_version:xz utils@5.6');
  cleanup();
  show(GroupsPage, ['access.read']);
  expect(await target('2 members of team')).toBe('/access/users filter=group:g1');
  cleanup();
  show(PoliciesPage, ['policies.read'], { address: '/?cols=controls,version' });
  expect(await target('2 controls of prod')).toBe('/policies/p1');
  expect(await target('Version 7 of prod: show all versions')).toBe('/policies/p1 tab=versions');
  cleanup();
  show(RegistriesPage, ['registries.read']);
  expect(await target('1 risk of hub')).toBe('/registries/r1');
});
