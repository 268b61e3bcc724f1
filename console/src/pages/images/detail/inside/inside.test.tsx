// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, within } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../../client/cache';
import type { ImageDetails } from '../../../../client/generated';
import { meQuery } from '../../../../frame/me';
import type { Language } from '../../../../i18n/format';
import { LanguageProvider } from '../../../../i18n/language';
import ConfigurationFacts from './ConfigurationFacts';
import ExceptionsTab from './ExceptionsTab';
import LayersTab from './LayersTab';
import ReportTab from './ReportTab';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

const REPORT = {
  image: {
    user: 'app', user_id: 0, exposed_ports: ['8080/tcp'], healthcheck: 'absent', environment: ['TOKEN=ab********'], labels: {}, annotations: {},
    layers: [{ digest: DIGEST, created_by: 'ADD <b>rootfs</b>', size_bytes: 1024, base: true }, { digest: DIGEST, created_by: 'RUN apk del gcc', size_bytes: 10, base: false }],
    empty_history: ['CMD ["sh"]'],
  },
  base: { name: 'alpine:3.20' },
  packages: [{ layer: 0 }, { layer: 0 }],
  findings: [{ kind: 'vulnerability', status: 'affected', layer: 1 }],
  removed: [{ purl: 'pkg:apk/alpine/gcc@13', added_in: 0, removed_in: 1 }],
};

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

function show(what: ReactNode, permissions: readonly string[] = [], language: Language = 'en', address = '/') {
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(Response.json(REPORT))));
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: [...permissions], roles: [], has_second_factor: false, must_change_password: false });
  const router = createRouter({
    routeTree: createRootRoute({ component: () => what }),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  });
  render(<LanguageProvider initial={language}><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
}

test('layers tell what made them, what they bring, whether they are of the base image, and what is hidden below', async () => {
  show(<LayersTab digest={DIGEST} />, ['findings.read']);
  const table = await screen.findByRole('table', { name: 'Layers' });
  const cells = within(table).getAllByRole('row').map((row) => [...row.children].slice(0, 6).map((cell) => cell.textContent));
  expect(cells).toEqual([
    ['Layer', 'Made by', 'Size', 'Packages', 'Vulnerabilities', 'From'],
    ['0', 'ADD <b>rootfs</b>', '1 KiB', '2', '0', 'the base image'],
    ['1', 'RUN apk del gcc', '10 B', '0', '1', 'this image'],
  ]);
  const led = (name: string) => {
    const { searchParams } = new URL(within(table).getByRole('link', { name }).getAttribute('href') ?? '', 'https://x');
    return [searchParams.get('tab'), searchParams.get('filter')].map((text) => text?.replaceAll(/^"|"$/g, ''));
  };
  expect(led('1 vulnerability of layer 1')).toEqual(['vulnerabilities', 'layer:1 -excepted_by:* -status:fixed,not_affected']);
  expect(led('2 packages of layer 0')).toEqual(['packages', 'layer:0']);
  expect(screen.getByText(/It is built on/).parentElement?.textContent).toContain('alpine:3.20');
  expect(within(screen.getByRole('table', { name: /^Removed/ })).getByText('pkg:apk/alpine/gcc@13')).toBeTruthy();
});

test('the layer that a package leads to is marked, and comes into view', async () => {
  const scroll = vi.fn();
  Element.prototype.scrollIntoView = scroll;
  show(<LayersTab digest={DIGEST} />, [], 'en', '/?tab=layers&layer=1');
  const rows = within(await screen.findByRole('table', { name: 'Layers' })).getAllByRole('row');
  expect(rows.filter((row) => row.getAttribute('aria-current') === 'true').map((row) => row.children[1]?.textContent)).toEqual(['RUN apk del gcc']);
  expect(scroll).toHaveBeenCalled();
});

test('whoever may not see findings is not told how many there are', async () => {
  show(<LayersTab digest={DIGEST} />);
  await screen.findByRole('table', { name: 'Layers' });
  expect(screen.queryByText('Vulnerabilities')).toBeNull();
});

test('the configuration tells as whom it runs, where it listens, and what it sets', async () => {
  show(<ConfigurationFacts digest={DIGEST} />, [], 'ja');
  expect((await screen.findByText('ユーザー')).nextElementSibling?.textContent).toBe('app (0)スーパーユーザーとして実行されます');
  expect(screen.getByText('8080/tcp')).toBeTruthy();
  expect(screen.getByText('環境変数(1個)')).toBeTruthy();
  expect(screen.getByText('ab********')).toBeTruthy();
  expect(screen.queryByText(/^ラベル/)).toBeNull();
});

test('the report is a file of the server, and the commands read what it is saved as', async () => {
  show(<ReportTab digest={DIGEST} />);
  const link = await screen.findByRole('link', { name: 'Download the report (JSON)' });
  expect(link.getAttribute('href')).toBe(`/api/v1/images/${encodeURIComponent(DIGEST)}/report`);
  const file = link.getAttribute('download') ?? '';
  expect(screen.getByText(`bulkhead convert ${file} --format cyclonedx=abababababab.cdx.json`)).toBeTruthy();
});

test('exceptions that cover something are told with their end, and those that cover nothing are not', async () => {
  const exceptions = [
    { name: 'until friday', owner: 'ann', reason: 'no fix', expires: '2026-12-04', state: 'used', findings: 3 },
    { name: 'of old', owner: 'ann', reason: 'was fine', expires: '2026-01-04', state: 'expired', findings: 1 },
    { name: 'elsewhere', owner: 'ann', reason: 'other', expires: '2026-12-04', state: 'unused', findings: 0 },
  ];
  const image = { digest: DIGEST, name: 'shop/web:1', current_verdict: { decision: 'excepted', exceptions } } as unknown as ImageDetails;
  show(<ExceptionsTab image={image} />, ['exceptions.read']);
  const rows = (await screen.findAllByRole('row')).slice(1).map((row) => [...row.children].slice(0, 4).map((cell) => cell.textContent));
  expect(rows).toEqual([['until friday', 'Holds', '3', 'Dec 4, 2026'], ['of old', 'Ended', '1', 'Jan 4, 2026']]);
  const link = screen.getByRole('link', { name: 'until friday' });
  expect(new URL(link.getAttribute('href') ?? '', 'https://x').searchParams.get('filter')).toContain('name:');
  cleanup();
  show(<ExceptionsTab image={{ ...image, current_verdict: null }} />);
  expect(await screen.findByText('No exception covers anything of this image')).toBeTruthy();
});
