// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../i18n/language';
import { News } from './News';

afterEach(() => { cleanup(); vi.useRealTimers(); });

const news = (count: number) => <LanguageProvider initial="en"><News of="Images" count={count} onShow={() => undefined} /></LanguageProvider>;

test('what is new is told aloud once, and not with each of many events', () => {
  vi.useFakeTimers();
  const { rerender } = render(news(0));
  const told = () => screen.getByRole('status').textContent;
  expect(screen.queryByRole('button')).toBeNull();
  rerender(news(1));
  act(() => { vi.advanceTimersByTime(10); });
  expect(told()).toBe('Images: 1 change');
  for (let count = 2; count <= 500; count += 1) rerender(news(count));
  act(() => { vi.advanceTimersByTime(1_000); });
  expect(screen.getByRole('button').textContent).toBe('500 changes · Show');
  expect(told()).toBe('Images: 1 change');
  act(() => { vi.advanceTimersByTime(10_000); });
  expect(told()).toBe('Images: 500 changes');
  rerender(news(0));
  act(() => { vi.advanceTimersByTime(10); });
  expect(told()).toBe('');
});
