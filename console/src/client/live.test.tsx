// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Event } from './generated';
import { useLive } from './live';
import { tellHere } from './stream';

beforeEach(() => { vi.useFakeTimers(); });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const tell = (topic: string) => { tellHere({ id: 1, at: '2026-11-28T12:00:00Z', topic, object: '', object_id: '', parameters: {} }); };

function Listening({ refresh, isMeant, pauseMs }: { refresh: () => void; isMeant?: (event: Event) => boolean; pauseMs?: number }) {
  useLive(['image.*'], refresh, isMeant, pauseMs);
  return null;
}

test('many events are one question a second, and other topics none', () => {
  const refresh = vi.fn();
  render(<Listening refresh={refresh} />);
  for (let count = 0; count < 500; count += 1) tell('image.registered');
  vi.advanceTimersByTime(1000);
  expect(refresh).toHaveBeenCalledTimes(1);
  tell('policy.changed');
  vi.advanceTimersByTime(2000);
  expect(refresh).toHaveBeenCalledTimes(1);
  tell('image.registered');
  vi.advanceTimersByTime(1000);
  expect(refresh).toHaveBeenCalledTimes(2);
});

test('nothing is asked once the page is left', () => {
  const refresh = vi.fn();
  const { unmount } = render(<Listening refresh={refresh} />);
  tell('image.registered');
  unmount();
  vi.advanceTimersByTime(2000);
  expect(refresh).not.toHaveBeenCalled();
});

test('events that are about something else count for nothing', () => {
  const refresh = vi.fn();
  render(<Listening refresh={refresh} isMeant={({ topic }) => topic === 'image.removed'} />);
  tell('image.registered');
  vi.advanceTimersByTime(2000);
  expect(refresh).not.toHaveBeenCalled();
  tell('image.removed');
  vi.advanceTimersByTime(1000);
  expect(refresh).toHaveBeenCalledTimes(1);
});

test('what costs more is asked more seldom', () => {
  const refresh = vi.fn();
  render(<Listening refresh={refresh} pauseMs={3_000} />);
  for (let second = 0; second < 6; second += 1) {
    tell('image.registered');
    vi.advanceTimersByTime(1_000);
  }
  expect(refresh).toHaveBeenCalledTimes(2);
});
