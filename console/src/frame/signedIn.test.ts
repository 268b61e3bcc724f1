// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from '../client/cache';
import { Failure } from '../client/failure';
import type { Me } from '../client/generated';
import { hasSessionEnded, noteSessionEnded, noteSessionIsThere } from '../client/session';
import { meQuery } from './me';
import { lookAgain, signOut } from './signedIn';

const assign = vi.fn();

function answers(status: number, body: unknown): void {
  const text = status === 204 ? null : JSON.stringify(body);
  const headers = { 'content-type': 'application/json' };
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(text, { status, headers }))));
}

const problem = (code: string) => ({ type: '', title: '', status: 0, code, detail: 'It failed.', parameters: {} });

beforeEach(() => {
  vi.stubGlobal('location', { assign });
  queryClient.setQueryData(meQuery.queryKey, { id: 'u1' } as Me);
  queryClient.setQueryData(['images'], ['secret']);
});

afterEach(() => {
  vi.unstubAllGlobals();
  assign.mockClear();
  queryClient.clear();
  noteSessionIsThere();
});

test('signing out forgets the session where the server ended it, or does not know it', async () => {
  for (const [status, body] of [[204, null], [401, problem('access.unauthenticated')]] as const) {
    noteSessionIsThere();
    queryClient.setQueryData(['images'], ['secret']);
    answers(status, body);
    await signOut();
    expect([hasSessionEnded(), queryClient.getQueryData(['images'])]).toEqual([true, undefined]);
    expect(assign).toHaveBeenLastCalledWith('/login');
  }
});

test('signing out fails where the server does not end the session', async () => {
  answers(503, problem('server.unavailable'));
  await expect(signOut()).rejects.toBeInstanceOf(Failure);
  expect([hasSessionEnded(), queryClient.getQueryData(['images'])]).toEqual([false, ['secret']]);
  expect(assign).not.toHaveBeenCalled();
});

test('a session that another tab ended has ended here', async () => {
  answers(401, problem('access.unauthenticated'));
  await lookAgain();
  expect([hasSessionEnded(), queryClient.getQueryData(['images'])]).toEqual([true, ['secret']]);
});

test('a session that the same person began in another tab goes on here', async () => {
  noteSessionEnded();
  answers(200, { id: 'u1' });
  await lookAgain();
  expect([hasSessionEnded(), queryClient.getQueryData(['images'])]).toEqual([false, ['secret']]);
  expect(queryClient.getQueryState(['images'])?.isInvalidated).toBe(true);
});

test('nothing is left of what was shown to somebody else', async () => {
  noteSessionEnded();
  answers(200, { id: 'u2' });
  await lookAgain();
  expect([hasSessionEnded(), queryClient.getQueryData(['images'])]).toEqual([false, undefined]);
  expect(queryClient.getQueryData(meQuery.queryKey)?.id).toBe('u2');
});
