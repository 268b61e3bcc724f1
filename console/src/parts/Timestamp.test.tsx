// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../i18n/language';
import { Timestamp } from './Timestamp';

beforeEach(() => { vi.useFakeTimers(); });

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const show = (moment: string) => render(<LanguageProvider initial="en"><Timestamp moment={moment} /></LanguageProvider>);

test('after a while without any time on the page, what happened since did not happen in the future', () => {
  show(new Date().toISOString());
  const first = screen.getByRole('time').textContent;
  cleanup();
  vi.advanceTimersByTime(90_000);
  show(new Date(Date.now() - 5_000).toISOString());
  const then = screen.getByRole('time').textContent;
  expect(then).not.toMatch(/^in /);
  cleanup();
  vi.advanceTimersByTime(10 * 60_000);
  show(new Date(Date.now() - 5 * 60_000).toISOString());
  expect(screen.getByRole('time').textContent).toMatch(/5 minutes ago/);
  expect(first).not.toMatch(/^in /);
});
