// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import Palette from './Palette';

const navigate = vi.hoisted(() => vi.fn());
const search = vi.hoisted(() => vi.fn());
const listImages = vi.hoisted(() => vi.fn());

vi.mock('@tanstack/react-router', () => ({ useNavigate: () => navigate, useRouter: () => ({ buildLocation: () => ({ href: '/' }) }) }));
vi.mock('../../client/generated', () => ({ search: Object.assign(search, { id: 'search' }), listImages: Object.assign(listImages, { id: 'list_images' }) }));
vi.mock('../me', () => ({ useMay: () => true }));
vi.mock('../pages', () => {
  const page = (path: string, title: string, words: string[]) => ({ path, title, words, isInNavigation: true });
  const pages = [page('/images', 'Images', ['イメージ']), page('/exceptions', 'Exceptions', ['whitelist'])];
  return { useKnownPages: () => pages };
});
// Styles of components are files that tests do not read.
vi.mock('../../parts/pf', () => {
  const Plain = ({ children }: { children: ReactNode }) => <div>{children}</div>;
  return { Modal: Plain, ModalBody: Plain, Alert: Plain, Button: Plain };
});

/** Other work may take the machine: what is waited for comes, but not soon. */
const PATIENT = { timeout: 10_000 };

vi.setConfig({ testTimeout: 30_000 });

/** All at once, so that a slow machine does not make several questions of it. */
function type(field: HTMLElement, text: string) {
  field.focus();
  fireEvent.change(field, { target: { value: text } });
}

beforeAll(() => {
  Element.prototype.scrollIntoView = () => undefined;
  window.matchMedia = () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
  vi.stubGlobal('CSS', { escape: (text: string) => text });
});

beforeEach(() => {
  search.mockImplementation(({ query: { q } }: { query: { q: string } }) => Promise.resolve({ items: q === 'xz@5.6.1' ? [{ kind: 'package', id: 'xz@5.6.1', title: 'xz', detail: 'deb', rank: 0 }] : [] }));
  listImages.mockResolvedValue({ items: [{ digest: 'sha256:ab', name: 'bank/core:1', decision: 'deny' }], total: 1, next: null });
});

afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

function show() {
  const onClose = vi.fn();
  const onKeys = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <LanguageProvider initial="en">
        <Palette onClose={onClose} onKeys={onKeys} />
      </LanguageProvider>
    </QueryClientProvider>,
  );
  return { onClose, onKeys, field: screen.getByRole('combobox') };
}

test('a package with its version brings the images that have it, and Enter opens the first', async () => {
  const { field, onClose } = show();
  type(field, 'xz 5.6.1');
  await screen.findByRole('option', { name: /bank\/core:1/ }, PATIENT);
  expect(listImages.mock.calls[0]?.[0]).toEqual({ query: { filter: 'package_version:xz@5.6.1', limit: 5 } });
  expect(search.mock.calls.map((call) => (call[0] as { query: { q: string } }).query.q)).toEqual(['xz@5.6.1', 'xz 5.6.1']);
  await userEvent.keyboard('{Enter}');
  expect(navigate).toHaveBeenCalledWith(expect.objectContaining({ to: '/images/$digest', params: { digest: 'sha256:ab' } }));
  expect(onClose).toHaveBeenCalled();
});

test.each([
  [1, 'The image with xz@5.6.1'],
  [4312, 'All 4,312 images with xz@5.6.1'],
  [null, 'All images with xz@5.6.1'],
])('all images with a package are led to, counted or not (%s)', async (total, says) => {
  listImages.mockResolvedValue({ items: [{ digest: 'sha256:ab', name: 'bank/core:1', decision: 'deny' }], total, next: total === 1 ? null : 'more' });
  const { field } = show();
  type(field, 'xz 5.6.1');
  await userEvent.click(await screen.findByRole('option', { name: says }, PATIENT));
  expect(navigate).toHaveBeenCalledWith(expect.objectContaining({ to: '/images', search: { filter: 'package_version:xz@5.6.1' } }));
});

test('pages come by other words for them, and the arrows go round', async () => {
  const { field } = show();
  type(field, 'whitelist');
  expect(screen.getByRole('option', { name: 'Exceptions' }).getAttribute('aria-selected')).toBe('true');
  await userEvent.keyboard('{ArrowDown}');
  expect(screen.getByRole('option', { name: /All results/ }).getAttribute('aria-selected')).toBe('true');
  await userEvent.keyboard('{ArrowDown}{Enter}');
  expect(navigate).toHaveBeenCalledWith(expect.objectContaining({ to: '/exceptions' }));
});

test('while an input method converts nothing is asked, and its Enter opens nothing', async () => {
  const { field } = show();
  fireEvent.compositionStart(field);
  fireEvent.change(field, { target: { value: 'いめーじ' } });
  fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(search).not.toHaveBeenCalled();
  expect(navigate).not.toHaveBeenCalled();
  fireEvent.compositionEnd(field);
  await waitFor(() => { expect(search).toHaveBeenCalledTimes(1); }, PATIENT);
});

test('actions are done, not opened', async () => {
  const { field, onKeys, onClose } = show();
  type(field, 'shortcuts');
  await userEvent.keyboard('{Enter}');
  expect(onKeys).toHaveBeenCalled();
  expect(onClose).toHaveBeenCalled();
  expect(navigate).not.toHaveBeenCalled();
});

test('what nobody is called is told so', async () => {
  const { field } = show();
  type(field, 'nobody');
  await screen.findByText(/Nothing is called/, {}, PATIENT);
});

test('a page that is called so is a result; the way to all of them is none', async () => {
  show();
  type(screen.getByRole('combobox'), 'whitelist');
  await waitFor(() => { expect(screen.getByRole('status').textContent).toBe('1 result'); }, PATIENT);
  expect(screen.getAllByRole('option')).toHaveLength(2);
  expect(screen.queryByText(/Nothing is called/)).toBeNull();
});

test('Enter right behind an id opens what is found by it', async () => {
  search.mockResolvedValue({ items: [{ kind: 'vulnerability', id: 'CVE-2026-1', title: 'CVE-2026-1', rank: 0 }] });
  const { field } = show();
  type(field, 'cve-2026-1');
  await userEvent.keyboard('{Enter}');
  expect(navigate).not.toHaveBeenCalled();
  await waitFor(() => { expect(navigate).toHaveBeenCalledWith(expect.objectContaining({ to: '/vulnerabilities/$id', params: { id: 'CVE-2026-1' } })); }, PATIENT);
  expect(navigate).toHaveBeenCalledTimes(1);
});

test('Enter does not open what an earlier text meant', async () => {
  const hit = (id: string) => ({ kind: 'vulnerability', id, title: id, rank: 0 });
  search.mockImplementation(({ query: { q } }: { query: { q: string } }) => Promise.resolve({ items: [hit(q.toUpperCase())] }));
  const { field } = show();
  type(field, 'cve-2026-1');
  await screen.findByRole('option', { name: 'CVE-2026-1' }, PATIENT);
  type(field, 'cve-2026-2');
  await userEvent.keyboard('{Enter}');
  await waitFor(() => { expect(navigate).toHaveBeenCalled(); }, PATIENT);
  expect(navigate).toHaveBeenCalledWith(expect.objectContaining({ params: { id: 'CVE-2026-2' } }));
});

test('what readers moved to stays chosen when results come before it', async () => {
  search.mockResolvedValue({ items: [{ kind: 'exception', id: 'e1', title: 'whitelist of old', rank: 1 }] });
  const { field } = show();
  type(field, 'whitelist');
  await userEvent.keyboard('{ArrowDown}');
  await screen.findByRole('option', { name: 'whitelist of old' }, PATIENT);
  expect(screen.getByRole('option', { selected: true }).textContent).toMatch(/^All results/);
  // Another text begins at the first.
  type(field, 'exceptions');
  expect(screen.getByRole('option', { selected: true }).textContent).toBe('Exceptions');
});
