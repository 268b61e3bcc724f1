// @vitest-environment jsdom
import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, renderHook, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../../client/cache';
import type { Answer } from '../../client/transport';
import { useEdit } from './useEdit';

interface Group {
  name: string;
  note: string;
  members: number;
}

const queryKey = ['group'];

interface Sent {
  draft: Pick<Group, 'name' | 'note'>;
  etag: string | null;
  answer: (saved: Answer<Group>) => void;
}

function render() {
  const sent: Sent[] = [];
  queryClient.setQueryData(queryKey, { data: { name: 'shop', note: '', members: 3 }, etag: '"1"' });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => {
    const answer = useQuery<Answer<Group>>({ queryKey, queryFn: () => Promise.reject(new Error('not asked')), staleTime: Infinity }).data;
    return useEdit({
      answer: answer as Answer<Group>,
      queryKey,
      draftOf: ({ name, note }: Group) => ({ name, note }),
      read: () => Promise.reject(new Error('not read')),
      save: (draft, etag) => new Promise<Answer<Group>>((resolve) => { sent.push({ draft, etag, answer: resolve }); }),
      stale: [],
    });
  }, { wrapper });
  return { result, sent };
}

afterEach(() => { queryClient.clear(); });

test('what is typed while a save is under way stays, and is saved by the new version', async () => {
  const { result, sent } = render();
  act(() => { result.current.change({ name: 'shop team' }); });
  act(() => { result.current.save(); });
  await waitFor(() => { expect(sent).toHaveLength(1); });
  act(() => { result.current.change({ note: 'typed meanwhile' }); });
  act(() => { sent[0]?.answer({ data: { name: 'Shop team', note: '', members: 3 }, etag: '"2"' }); });
  await waitFor(() => { expect(result.current.saves).toBe(1); });
  expect(result.current.draft).toEqual({ name: 'Shop team', note: 'typed meanwhile' });
  expect(result.current.isChanged).toBe(true);
  act(() => { result.current.save(); });
  await waitFor(() => { expect(sent).toHaveLength(2); });
  expect(sent[1]).toMatchObject({ draft: { name: 'Shop team', note: 'typed meanwhile' }, etag: '"2"' });
  act(() => { sent[1]?.answer({ data: { name: 'Shop team', note: 'typed meanwhile', members: 3 }, etag: '"3"' }); });
  await waitFor(() => { expect(result.current.isChanged).toBe(false); });
});

test('a draft is given up when it is saved as it is', async () => {
  const { result, sent } = render();
  act(() => { result.current.change({ name: 'shop team' }); });
  act(() => { result.current.save(); });
  await waitFor(() => { expect(sent).toHaveLength(1); });
  act(() => { sent[0]?.answer({ data: { name: 'shop team', note: 'by the server', members: 3 }, etag: '"2"' }); });
  await waitFor(() => { expect(result.current.saves).toBe(1); });
  expect(result.current.draft).toEqual({ name: 'shop team', note: 'by the server' });
  expect(result.current.isChanged).toBe(false);
});
