// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../i18n/language';
import { CopyButton } from './CopyButton';

afterEach(() => { cleanup(); vi.useRealTimers(); Reflect.deleteProperty(navigator, 'clipboard'); });

function press(clipboard: unknown) {
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  const { unmount } = render(<LanguageProvider initial="en"><CopyButton text="curl" label="Copy as API call" /></LanguageProvider>);
  fireEvent.click(screen.getByRole('button'));
  return unmount;
}

test('what was copied is told', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  press({ writeText });
  await screen.findByText('Copied');
  expect(writeText).toHaveBeenCalledWith('curl');
});

test.each([
  ['forbids it', { writeText: () => Promise.reject(new DOMException('no', 'NotAllowedError')) }],
  ['has no clipboard here', undefined],
])('so is that nothing was, where the browser %s', async (_, clipboard) => {
  press(clipboard);
  expect((await screen.findByText(/^Not copied/)).className).not.toContain('bh-hidden');
});

test('what is copied again is told as long as what was copied first', async () => {
  vi.useFakeTimers();
  const wait = (ms: number) => act(async () => { await vi.advanceTimersByTimeAsync(ms); });
  const unmount = press({ writeText: () => Promise.resolve() });
  await wait(1_500);
  fireEvent.click(screen.getByRole('button'));
  await wait(1_500);
  screen.getByText('Copied');
  await wait(600);
  expect(screen.queryByText('Copied')).toBeNull();
  fireEvent.click(screen.getByRole('button'));
  await wait(100);
  // Nothing waits any more once it is gone.
  const waiting = vi.getTimerCount();
  unmount();
  expect(vi.getTimerCount()).toBe(waiting - 1);
});
