// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test } from 'vitest';
import type { ListQuery, ListSource } from './source';
import { PAGE_ROWS, useRows, type RowRange } from './useRows';

/** A list of so many numbers, whose cursors are the places where pages begin. */
function numbers(count: number, asked: ListQuery[]): ListSource<number> {
  return {
    key: ['numbers', count],
    address: () => '/numbers',
    page: (query) => {
      asked.push(query);
      if (query.filter === 'never') return new Promise(() => undefined);
      const start = Number(query.cursor ?? 0);
      const end = Math.min(start + (query.limit ?? 0), count);
      const items = Array.from({ length: end - start }, (_, at) => start + at);
      return Promise.resolve({ items, next: end < count ? String(end) : null, total: query.cursor ? null : count });
    },
  };
}

function render(source: ListSource<number>, client = new QueryClient({ defaultOptions: { queries: { retry: false } } })) {
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  return renderHook(
    ({ filter, range }: { filter: string; range: RowRange }) => useRows(source, { filter, sort: '' }, range),
    { wrapper, initialProps: { filter: '', range: { first: 0, last: 20 } } },
  );
}

test('the first page tells how many there are, and the next one is asked for when its rows come near', async () => {
  const asked: ListQuery[] = [];
  const { result, rerender } = render(numbers(250, asked));
  await waitFor(() => { expect(result.current.total).toBe(250); });
  await waitFor(() => { expect(result.current.count).toBe(2 * PAGE_ROWS); });
  expect(asked).toHaveLength(1);
  expect(result.current.item(99)).toBe(99);
  expect(result.current.item(100)).toBeUndefined();
  rerender({ filter: '', range: { first: 30, last: 60 } });
  await waitFor(() => { expect(result.current.item(150)).toBe(150); });
  expect(asked.map((query) => query.cursor)).toEqual([undefined, '100']);
});

test('the last page ends the list', async () => {
  const { result, rerender } = render(numbers(130, []));
  await waitFor(() => { expect(result.current.count).toBe(200); });
  rerender({ filter: '', range: { first: 60, last: 90 } });
  await waitFor(() => { expect(result.current.count).toBe(130); });
});

test('the rows of before stay while those of another filter are on their way', async () => {
  const { result, rerender } = render(numbers(30, []));
  await waitFor(() => { expect(result.current.count).toBe(30); });
  rerender({ filter: 'never', range: { first: 0, last: 20 } });
  expect(result.current.isOld).toBe(true);
  expect(result.current.item(3)).toBe(3);
});

test('reading anew begins at the start', async () => {
  const asked: ListQuery[] = [];
  const { result } = render(numbers(30, asked));
  await waitFor(() => { expect(result.current.count).toBe(30); });
  result.current.reload();
  await waitFor(() => { expect(asked).toHaveLength(2); });
  expect(asked[1]?.cursor).toBeUndefined();
});

test('rows that came or went before the next page are neither shown twice nor lost', async () => {
  const all = Array.from({ length: 350 }, (_, at) => at * 10);
  // Pages begin behind the number of their cursor, as those of the server.
  const source: ListSource<number> = {
    key: ['moving'],
    address: () => '/moving',
    page: (query) => {
      const behind = all.filter((number) => query.cursor === undefined || number > Number(query.cursor));
      const items = behind.slice(0, PAGE_ROWS);
      return Promise.resolve({ items, next: behind.length > PAGE_ROWS ? String(items.at(-1)) : null, total: null });
    },
  };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const { result, rerender } = render(source, client);
  const shown = () => Array.from({ length: 300 }, (_, at) => result.current.item(at));
  for (const last of [90, 190, 290]) {
    rerender({ filter: '', range: { first: 0, last } });
    await waitFor(() => { expect(result.current.item(last)).toBe(last * 10); });
  }
  all.splice(3, 1);
  all.unshift(-30, -20, -10);
  await client.invalidateQueries();
  await waitFor(() => { expect(shown()).toEqual(all.slice(0, 300)); });
  all.length = 150;
  await client.invalidateQueries();
  await waitFor(() => { expect(result.current.count).toBe(150); });
  expect(shown().slice(0, 150)).toEqual(all);
});

test('what the reader stops is not read, and is asked for again when they want it', async () => {
  const asked: ListQuery[] = [];
  let signal: AbortSignal | undefined;
  const source: ListSource<number> = { ...numbers(30, asked), page: (query, given) => { asked.push(query); signal = given; return new Promise(() => undefined); } };
  const { result } = render(source);
  expect(result.current.isStopped).toBe(false);
  await waitFor(() => { expect(signal).toBeDefined(); });
  act(() => { result.current.stop(); });
  await waitFor(() => { expect(result.current.isStopped).toBe(true); });
  expect(signal?.aborted).toBe(true);
  act(() => { result.current.reload(); });
  await waitFor(() => { expect(asked).toHaveLength(2); });
  expect(result.current.isStopped).toBe(false);
});
