// @vitest-environment jsdom
import { expect, test, vi } from 'vitest';
import { act, renderHook } from '@testing-library/react';
import { NotConfirmed, confirmed, shownError, useQuestion } from './confirmation';
import { Failure } from './failure';

const needed = () => new Failure(403, 'access.confirmation_needed', {}, '', null);

test('what the server wants confirmed is done again once the password was given', async () => {
  const { result } = renderHook(useQuestion);
  const run = vi.fn<() => Promise<string>>().mockRejectedValueOnce(needed()).mockResolvedValueOnce('made');
  let answer: Promise<string> | undefined;
  await act(async () => {
    answer = confirmed(run);
    await Promise.resolve();
  });
  expect(result.current).not.toBeNull();
  act(() => result.current?.done());
  expect(await answer).toBe('made');
  expect(run).toHaveBeenCalledTimes(2);
  expect(result.current).toBeNull();
});

test('who closes the dialog has done nothing, and sees no error', async () => {
  const { result } = renderHook(useQuestion);
  const run = vi.fn<() => Promise<string>>().mockRejectedValue(needed());
  let answer: Promise<unknown> | undefined;
  await act(async () => {
    answer = confirmed(run).catch((error: unknown) => error);
    await Promise.resolve();
  });
  act(() => result.current?.giveUp());
  const error = await answer;
  expect(error).toBeInstanceOf(NotConfirmed);
  expect(shownError(error as Error)).toBeNull();
  expect(run).toHaveBeenCalledTimes(1);
});

test('other refusals are passed on', async () => {
  const refused = new Failure(409, 'object.exists', {}, '', null);
  await expect(confirmed(() => Promise.reject(refused))).rejects.toBe(refused);
});
