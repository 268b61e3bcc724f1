// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { expect, test, vi } from 'vitest';
import { Failure } from '../../client/failure';
import type { Job } from '../../client/generated';
import type { CallOptions } from '../../client/transport';
import type { Part } from './parts';
import { useBulk } from './useBulk';

const PARTS: Part[] = [{ filter: 'digest:"a"', expected: 2, isLeast: false }, { filter: 'digest:"b"', expected: 3, isLeast: true }];

const job = (id: string) => ({ id }) as Job;

function begun(send: (part: Part, options: CallOptions) => Promise<Job>) {
  const onBegun = vi.fn();
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useBulk(PARTS, send, onBegun), { wrapper });
  return { result, onBegun };
}

test('each part becomes a job, with the number that the reader saw', async () => {
  const send = vi.fn((part: Part) => Promise.resolve(job(part.filter)));
  const { result, onBegun } = begun(send);
  act(() => { result.current.begin(); });
  await waitFor(() => { expect(onBegun).toHaveBeenCalledWith(PARTS.map((part) => job(part.filter))); });
  expect(send.mock.calls.map(([part]) => part.expected)).toEqual([2, 3]);
});

test('where a number has moved the reader is asked with the new one, and what was begun is not begun twice', async () => {
  const keys: (string | undefined)[] = [];
  let isMoved = true;
  const send = vi.fn((part: Part, options: CallOptions) => {
    keys.push(options.idempotencyKey);
    if (part.filter === 'digest:"b"' && isMoved) {
      isMoved = false;
      return Promise.reject(new Failure(409, 'bulk.moved', { found: 7, expected: 3 }, '', null));
    }
    return Promise.resolve(job(part.filter));
  });
  const { result, onBegun } = begun(send);
  act(() => { result.current.begin(); });
  await waitFor(() => { expect(result.current.moved).toEqual({ before: 3, isLeast: true, now: 7 }); });
  expect(result.current.parts.map(({ isLeast }) => isLeast)).toEqual([false, false]);
  expect(result.current.error).toBeNull();
  expect(onBegun).not.toHaveBeenCalled();
  act(() => { result.current.begin(); });
  await waitFor(() => { expect(onBegun).toHaveBeenCalledTimes(1); });
  expect(send.mock.calls.map(([part]) => [part.filter, part.expected])).toEqual([['digest:"a"', 2], ['digest:"b"', 3], ['digest:"b"', 7]]);
  // Another number is another request: its key must not be answered with the refusal of before.
  expect(new Set(keys).size).toBe(3);
});

test('what went wrong otherwise is told, and trying again goes on behind what was begun', async () => {
  let isDown = true;
  const send = vi.fn((part: Part) => {
    if (part.filter !== 'digest:"b"' || !isDown) return Promise.resolve(job(part.filter));
    isDown = false;
    return Promise.reject(new Failure(503, 'server.busy', {}, 'busy', null));
  });
  const { result, onBegun } = begun(send);
  act(() => { result.current.begin(); });
  await waitFor(() => { expect(result.current.error).not.toBeNull(); });
  act(() => { result.current.begin(); });
  await waitFor(() => { expect(onBegun).toHaveBeenCalledTimes(1); });
  expect(send.mock.calls.filter(([part]) => part.filter === 'digest:"a"')).toHaveLength(1);
});
