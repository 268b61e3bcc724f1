// @vitest-environment jsdom
import { QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { queryClient } from './cache';
import { Failure } from './failure';
import { showMe } from './generated';
import { queryOf } from './queries';

test('a request that is refused asks again what the reader may do, and not at each refusal', async () => {
  const asked = vi.fn(() => Promise.resolve(Response.json({ id: '1', permissions: [] })));
  vi.stubGlobal('fetch', asked);
  const observer = new QueryObserver(queryClient, { ...queryOf(showMe, {}), staleTime: Infinity });
  const leave = observer.subscribe(() => undefined);
  await vi.waitFor(() => { expect(observer.getCurrentResult().data).toBeDefined(); });
  expect(asked).toHaveBeenCalledTimes(1);
  const refuse = (code: string, key: string) =>
    queryClient.query({ queryKey: [key], queryFn: () => Promise.reject(new Failure(403, code, {}, '', null)) }).catch(() => undefined);
  await refuse('access.confirmation_needed', 'a');
  expect(asked).toHaveBeenCalledTimes(1);
  await Promise.all([refuse('access.forbidden', 'b'), refuse('access.forbidden', 'c')]);
  await vi.waitFor(() => { expect(asked).toHaveBeenCalledTimes(2); });
  await refuse('access.forbidden', 'd');
  expect(asked).toHaveBeenCalledTimes(2);
  leave();
  vi.unstubAllGlobals();
});
