// @vitest-environment jsdom
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noteAnswered } from '../client/connection';
import { LanguageProvider } from '../i18n/language';
import { Broken } from './Broken';
import { NotLoaded } from './NotLoaded';
import { Notes } from './Notes';
import { isNotLoaded } from './version';

const ENTRY = '/assets/index-one.js';

beforeEach(() => {
  document.head.innerHTML = `<script type="module" src="${ENTRY}"></script>`;
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  cleanup();
  act(noteAnswered);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** What the browser says of a part that does not come, as the loader passes it on. */
function fail(): Error {
  const error = new TypeError('Failed to fetch dynamically imported module: /assets/page.js');
  dispatchEvent(Object.assign(new Event('vite:preloadError', { cancelable: true }), { payload: error }));
  return error;
}

const serve = (entry: string) => { vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(`<script src="${entry}">`)))); };
const away = () => { vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('refused')))); };

const show = (page: React.ReactNode) => render(<LanguageProvider initial="en">{page}<Notes /></LanguageProvider>);

test('a page that does not come while the server is away waits for it, and is no defect or upgrade', async () => {
  away();
  const error = fail();
  expect(isNotLoaded(error)).toBe(true);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const Page = () => { throw error; };
  show(<Broken place="/jobs"><Page /></Broken>);
  await screen.findByText(/^Not connected to the server, retrying. The page/);
  expect(screen.queryByText(/defect|upgraded/)).toBeNull();
});

test('it is loaded when the server is back, by itself or when asked to', async () => {
  away();
  fail();
  const reload = vi.fn();
  show(<NotLoaded reload={reload} />);
  await screen.findByText(/retrying. The page/);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(reload).not.toHaveBeenCalled();
  serve(ENTRY);
  await vi.advanceTimersByTimeAsync(3_000);
  await waitFor(() => { expect(reload).toHaveBeenCalledTimes(1); });
});

test('where the server is there nothing is reloaded by itself', async () => {
  serve(ENTRY);
  fail();
  const reload = vi.fn();
  show(<NotLoaded reload={reload} />);
  await screen.findByText('The server answers, but this part of the console did not arrive.');
  expect(screen.queryByText(/upgraded/)).toBeNull();
  expect(reload).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(reload).toHaveBeenCalledTimes(1);
});

test('a server that serves another version was upgraded', async () => {
  serve('/assets/index-two.js');
  fail();
  show(null);
  await screen.findByText('The server was upgraded. Reload for the new version.');
});
