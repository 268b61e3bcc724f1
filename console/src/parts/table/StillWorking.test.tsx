// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import { StillWorking, Stopped } from './StillWorking';

afterEach(() => { cleanup(); vi.useRealTimers(); });

test('after a while it says how long one waits already, and can be stopped', () => {
  vi.useFakeTimers();
  const onCancel = vi.fn();
  render(<LanguageProvider initial="ja"><StillWorking onCancel={onCancel} /></LanguageProvider>);
  expect(screen.queryByRole('button')).toBeNull();
  act(() => { vi.advanceTimersByTime(6_000); });
  screen.getByText('処理を続けています: 6秒');
  expect(screen.getByRole('status').textContent).toBe('処理を続けています: 5秒');
  // What is told aloud is the time alone.
  expect(screen.getByRole('status').querySelector('button')).toBeNull();
  // It is not told again with each second.
  act(() => { vi.advanceTimersByTime(20_000); });
  screen.getByText('処理を続けています: 26秒');
  expect(screen.getByRole('status').textContent).toBe('処理を続けています: 5秒');
  act(() => { vi.advanceTimersByTime(10_000); });
  expect(screen.getByRole('status').textContent).toBe('処理を続けています: 30秒');
  fireEvent.click(screen.getByRole('button', { name: 'キャンセル' }));
  expect(onCancel).toHaveBeenCalledTimes(1);
});

test('what was stopped is asked for again where the focus is', () => {
  const onAgain = vi.fn();
  render(<LanguageProvider initial="en"><Stopped onAgain={onAgain} /></LanguageProvider>);
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Retry' }));
  fireEvent.click(screen.getByRole('button', { name: 'Retry' }));
  expect(onAgain).toHaveBeenCalledTimes(1);
});
