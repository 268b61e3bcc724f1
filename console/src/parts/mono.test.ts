// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest';
import { askForMono } from './mono';

afterEach(() => { Reflect.deleteProperty(document, 'fonts'); });

test('the font of digests and commands is asked for by the name that styles have for it', () => {
  const load = vi.fn(() => Promise.resolve([]));
  Object.defineProperty(document, 'fonts', { value: { load }, configurable: true });
  askForMono();
  expect(load).toHaveBeenCalledExactlyOnceWith('1em "Red Hat Mono"');
});

test('a font that does not come, and a place without fonts, stop nothing', async () => {
  expect(askForMono).not.toThrow();
  Object.defineProperty(document, 'fonts', { value: { load: () => Promise.reject(new Error('offline')) }, configurable: true });
  expect(askForMono).not.toThrow();
  // What is refused and nobody hears of fails the test by itself.
  await Promise.resolve();
});
