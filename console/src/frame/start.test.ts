// @vitest-environment jsdom
import { createMemoryHistory, createRootRoute, createRoute, createRouter, type AnyRouter } from '@tanstack/react-router';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { noteSessionIsThere } from '../client/session';
import { meQuery } from './me';
import { askAhead } from './start';

afterEach(() => {
  queryClient.clear();
  noteSessionIsThere();
  vi.unstubAllGlobals();
});

const root = createRootRoute();
const login = createRoute({ path: '/login', getParentRoute: () => root });
const frame = createRoute({ id: 'frame', getParentRoute: () => root });
const image = createRoute({ path: '/images/$digest', getParentRoute: () => frame });
const router = createRouter({ routeTree: root.addChildren([login, frame.addChildren([image])]), history: createMemoryHistory() }) as unknown as AnyRouter;

function answers(status: number, body: unknown) {
  const ask = vi.fn(() => Promise.resolve(Response.json(body, { status })));
  vi.stubGlobal('fetch', ask);
  return ask;
}

test('who is signed in is asked before the page is there, once', async () => {
  const ask = answers(200, { id: 'u1', name: 'sato' });
  askAhead(router, frame, '/images/sha256:1');
  await vi.waitFor(() => { expect(queryClient.getQueryData(meQuery.queryKey)).toMatchObject({ name: 'sato' }); });
  await queryClient.query(meQuery);
  expect(ask).toHaveBeenCalledTimes(1);
});

test('a page for whoever is not signed in asks nothing', () => {
  const ask = answers(200, {});
  askAhead(router, frame, '/login');
  expect(ask).not.toHaveBeenCalled();
});

test('that nobody is signed in is no error of the start', async () => {
  const ask = answers(401, { type: '', title: '', status: 401, code: 'access.unauthenticated', detail: '', parameters: {} });
  askAhead(router, frame, '/images/sha256:1');
  await vi.waitFor(() => { expect(queryClient.getQueryState(meQuery.queryKey)?.status).toBe('error'); });
  expect(ask).toHaveBeenCalledTimes(1);
});
