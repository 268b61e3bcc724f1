// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../../client/cache';
import type { RowCount } from '../../../client/generated';
import { meQuery } from '../../../frame/me';
import type { Language } from '../../../i18n/format';
import { LanguageProvider } from '../../../i18n/language';
import type { Selection } from '../../../parts/table/definition';
import { useImageBulk } from './bulk';

/** What the server says to the count; nothing where counting fails. */
let counted: RowCount | null = null;

/** What the server says to the action, where it refuses. */
let moved: Response | null = null;

let asked: { url: URL; body: unknown }[] = [];

beforeEach(() => {
  [asked, moved] = [[], null];
  vi.stubGlobal('fetch', vi.fn((address: string, { body }: RequestInit) => {
    const url = new URL(address, 'https://x');
    asked.push({ url, body: typeof body === 'string' ? JSON.parse(body) : null });
    if (!url.pathname.endsWith('/counts')) return Promise.resolve(moved ?? Response.json({ id: 'j1' }));
    return Promise.resolve(counted ? Response.json(counted) : Response.json({ code: 'server.defect', parameters: {}, detail: 'down' }, { status: 500 }));
  }));
});

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

const MATCHING: Selection = { kind: 'matching', filter: 'os:debian* kev:>0', total: 12_431, isLeast: false };

/** The dialog of an action on a selection, once it is there. */
async function open(action: string, { language = 'en', selection = MATCHING }: { language?: Language; selection?: Selection } = {}) {
  queryClient.setQueryData(meQuery.queryKey, { id: '1', name: 'sato', kind: 'user', permissions: ['images.write', 'images.approve'], roles: [], has_second_factor: false, must_change_password: false });
  const Page = () => {
    const { actions, dialog } = useImageBulk();
    return <>{actions.map(({ id, run }) => <button key={id} type="button" onClick={() => { run(selection, () => undefined); }}>{id}</button>)}{dialog}</>;
  };
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory() });
  render(<LanguageProvider initial={language}><QueryClientProvider client={queryClient}><RouterProvider router={router as never} /></QueryClientProvider></LanguageProvider>);
  await userEvent.click(await screen.findByRole('button', { name: action }));
  await screen.findByRole('dialog');
}

const countsAsked = () => asked.filter(({ url }) => url.pathname.endsWith('/counts')).map(({ url }) => Object.fromEntries(url.searchParams));

test.each([
  ['approve', 'approval:approved', '1,203 of them are approved already.'],
  ['revoke_approval', '-approval:approved', '1,203 of them are not approved and stay as they are.'],
  ['delete', 'decision:allow,excepted', '1,203 of them are compliant and may run today.'],
])('what %s deserves a second look for is counted by the server', async (action, condition, says) => {
  counted = { count: 1203, is_exact: true };
  await open(action);
  await screen.findByText(says);
  expect(countsAsked()).toEqual([{ resource: 'images', filter: `os:debian* kev:>0 ${condition}` }]);
  expect(asked.map(({ url }) => url.pathname)).not.toContain('/api/v1/images');
});

test.each([
  ['en', 'More than 10,000 of them are compliant and may run today.', 'Some of them may be compliant and run today; how many was not counted.'],
  ['ja', 'このうち10,000件超は準拠しており、現在は実行できます。', '準拠しており現在実行できるイメージが含まれている可能性があります(件数は集計していません)。'],
] as const)('a number that was not counted to its end, and none at all, are told so (%s)', async (language, more, unknown) => {
  for (const [count, says] of [[{ count: 10_000, is_exact: false }, more], [{ count: 0, is_exact: false }, unknown], [null, unknown]] as const) {
    counted = count;
    await open('delete', { language });
    await screen.findByText(says);
    cleanup();
    queryClient.clear();
  }
});

test('nothing is told where nothing deserves a look, and rows that are scanned again are not counted', async () => {
  counted = { count: 0, is_exact: true };
  await open('delete');
  await waitFor(() => { expect(countsAsked()).toHaveLength(1); });
  await waitFor(() => { expect(queryClient.isFetching()).toBe(0); });
  expect(screen.queryByText(/of them/)).toBeNull();
  cleanup();
  await open('rescan');
  expect(countsAsked()).toHaveLength(1);
});

test('a dialog that is opened again counts anew', async () => {
  counted = { count: 7, is_exact: true };
  await open('approve');
  await screen.findByText('7 of them are approved already.');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  counted = { count: 9, is_exact: true };
  await userEvent.click(screen.getByRole('button', { name: 'approve' }));
  await screen.findByText('9 of them are approved already.');
  expect(countsAsked()).toHaveLength(2);
});

test('what is sent is the number of the selection, whatever the preview counted', async () => {
  counted = { count: 10_000, is_exact: false };
  await open('delete');
  await screen.findByText(/^More than 10,000/);
  await userEvent.click(screen.getByRole('button', { name: 'Remove' }));
  await waitFor(() => { expect(asked.at(-1)?.body).toEqual({ action: 'delete', filter: 'os:debian* kev:>0', expected: 12_431 }); });
});

test.each([
  ['en', 'Remove', '100 objects or more are selected.', 'It was 100 or more when you selected them; counted, it is 6,214.', '6,214 objects are selected.'],
  ['ja', '削除', '100件以上を選択しています。', '選択時は100件以上でしたが、集計の結果は6,214件です。', '6,214件を選択しています。'],
] as const)('where nobody counted the selection that is told, until the server tells its number (%s)', async (language, action, before, says, after) => {
  counted = { count: 0, is_exact: true };
  moved = Response.json({ code: 'bulk.moved', parameters: { found: 6214, expected: 100 }, detail: 'moved' }, { status: 409 });
  await open('delete', { language, selection: { kind: 'matching', filter: 'os:debian* kev:>0', total: 100, isLeast: true } });
  screen.getByText(before);
  await userEvent.click(screen.getByRole('button', { name: action }));
  await screen.findByText((_, element) => element?.textContent.endsWith(says) === true && element.matches('[class*=alert__title]'));
  screen.getByText(after);
  moved = null;
  await userEvent.click(screen.getByRole('button', { name: action }));
  await waitFor(() => { expect(asked.filter(({ body }) => body !== null)).toHaveLength(2); });
  expect(asked.flatMap(({ body }) => (body === null ? [] : [body]))).toEqual([100, 6214].map((expected) => ({ action: 'delete', filter: 'os:debian* kev:>0', expected })));
});
