// @vitest-environment jsdom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tellHere } from '../../client/stream';
import { useGone } from './useGone';

beforeEach(() => { vi.useFakeTimers(); });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const tell = (topic: string, id: string) => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic, object: 'image', object_id: id, parameters: {} }); };

const wait = () => { act(() => { vi.advanceTimersByTime(1000); }); };

test('what was removed is known until the list is read anew', () => {
  const { result } = renderHook(() => useGone('image.removed'));
  tell('image.removed', 'sha256:1');
  tell('image.registered', 'sha256:2');
  tell('image.removed', 'sha256:3');
  expect(result.current[0].size).toBe(0);
  wait();
  expect([...result.current[0]]).toEqual(['sha256:1', 'sha256:3']);
  tell('image.removed', 'sha256:4');
  act(() => { result.current[1](); });
  wait();
  expect(result.current[0].size).toBe(0);
});

test('however many are removed, a bounded number is remembered', () => {
  const { result } = renderHook(() => useGone('image.removed'));
  for (let number = 0; number < 5000; number += 1) tell('image.removed', String(number));
  wait();
  expect(result.current[0].size).toBe(2000);
  expect(result.current[0].has('4999')).toBe(true);
});

test('a list whose rows stay hears of none', () => {
  const { result } = renderHook(() => useGone(undefined));
  tell('image.removed', 'sha256:1');
  wait();
  expect(result.current[0].size).toBe(0);
});
