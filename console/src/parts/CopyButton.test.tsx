// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../i18n/language';
import { CopyButton } from './CopyButton';

afterEach(() => { cleanup(); Reflect.deleteProperty(navigator, 'clipboard'); });

function press(clipboard: unknown) {
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  render(<LanguageProvider initial="en"><CopyButton text="curl" label="Copy as API call" /></LanguageProvider>);
  fireEvent.click(screen.getByRole('button'));
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
