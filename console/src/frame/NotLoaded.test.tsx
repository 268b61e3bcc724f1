// @vitest-environment jsdom
import { createMemoryHistory, createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, Outlet, RouterProvider } from '@tanstack/react-router';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState, type ComponentType } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noteAnswered } from '../client/connection';
import { LanguageProvider } from '../i18n/language';
import { awaitPages } from './arrival';
import { later } from './later';
import { MissingNote } from './MissingPart';
import { Notes } from './Notes';
import { Root } from './Root';
import { isNotLoaded } from './version';

const ENTRY = '/assets/index-one.js';

/** Whether the code of parts comes. */
let isThere: boolean;

beforeEach(() => {
  document.head.innerHTML = `<script type="module" src="${ENTRY}"></script>`;
  isThere = false;
  vi.useFakeTimers({ shouldAdvanceTime: true });
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

afterEach(() => {
  cleanup();
  act(noteAnswered);
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** What the browser says of a part that does not come, as the loader passes it on. */
function fail(message = 'Failed to fetch dynamically imported module: /assets/page.js'): Error {
  const error = new TypeError(message);
  dispatchEvent(Object.assign(new Event('vite:preloadError', { cancelable: true }), { payload: error }));
  return error;
}

const load = <Props,>(code: ComponentType<Props>) => () => (isThere ? Promise.resolve({ default: code }) : Promise.reject(fail()));

const serve = (entry: string) => {
  isThere = entry === ENTRY;
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(`<script src="${entry}">`))));
};

const away = () => {
  isThere = false;
  vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('refused'))));
};

function Draft() {
  const [text, setText] = useState('');
  return <input aria-label="Draft" value={text} onChange={(event) => { setText(event.target.value); }} />;
}

const Start = () => <><Draft /><Link to="/jobs">To the jobs</Link></>;

function show(address: string) {
  const root = createRootRoute({ component: () => <><Root /><Notes /></> });
  const start = createRoute({ getParentRoute: () => root, path: '/', component: Start });
  const jobs = createRoute({ getParentRoute: () => root, path: '/jobs', component: lazyRouteComponent(load(() => <p>All jobs</p>)) });
  const router = createRouter({ routeTree: root.addChildren([start, jobs]), history: createMemoryHistory({ initialEntries: [address] }), defaultPreload: false });
  awaitPages(router);
  render(<LanguageProvider initial="en"><RouterProvider router={router} /></LanguageProvider>);
  return router;
}

const again = () => userEvent.click(screen.getByRole('button', { name: 'Try again' }));

test('a page that does not come while the server is away waits for it, is no defect or upgrade, and comes by itself', async () => {
  away();
  expect(isNotLoaded(fail())).toBe(true);
  show('/jobs');
  await screen.findByText(/^Not connected to the server, retrying. The page/);
  expect(screen.queryByText(/defect|upgraded/)).toBeNull();
  await again();
  screen.getByText(/retrying. The page/);
  serve(ENTRY);
  await vi.advanceTimersByTimeAsync(3_000);
  await screen.findByText('All jobs');
});

test('where the server is there a page is asked for again when its reader wants it', async () => {
  serve(ENTRY);
  isThere = false;
  show('/jobs');
  await screen.findByText('The server answers, but this part of the console did not arrive.');
  expect(screen.queryByText(/upgraded/)).toBeNull();
  await again();
  expect(screen.queryByText('All jobs')).toBeNull();
  isThere = true;
  await again();
  await screen.findByText('All jobs');
});

test('a page is not left for one whose code does not come: what was typed stays, and so does the address', async () => {
  away();
  const router = show('/');
  await userEvent.type(await screen.findByLabelText('Draft'), 'half a sentence');
  await userEvent.click(screen.getByText('To the jobs'));
  await screen.findByRole('dialog', { name: 'This page could not be loaded' });
  await screen.findByText(/^Not connected to the server, retrying. It opens/);
  expect(screen.getByLabelText<HTMLInputElement>('Draft').value).toBe('half a sentence');
  expect(router.latestLocation.pathname).toBe('/');
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByLabelText<HTMLInputElement>('Draft').value).toBe('half a sentence');
  await userEvent.click(screen.getByText('To the jobs'));
  await screen.findByRole('dialog');
  serve(ENTRY);
  await vi.advanceTimersByTimeAsync(3_000);
  await screen.findByText('All jobs');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(router.latestLocation.pathname).toBe('/jobs');
});

/** A page beside one that comes when it is told to, and one that comes at once. */
async function showSlow() {
  serve(ENTRY);
  const root = createRootRoute({ component: () => <><Outlet /><Notes /></> });
  let arrive: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => { arrive = resolve; });
  const route = (path: string, text: string, before: Promise<void>) =>
    createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(async () => { await before; return { default: () => <p>{text}</p> }; }) });
  const start = createRoute({ getParentRoute: () => root, path: '/', component: Start });
  const routeTree = root.addChildren([start, route('/slow', 'Slow', slow), route('/quick', 'Quick', Promise.resolve())]);
  const router = createRouter({ routeTree, history: createMemoryHistory() });
  awaitPages(router);
  render(<LanguageProvider initial="en"><RouterProvider router={router} /></LanguageProvider>);
  await screen.findByLabelText('Draft');
  return { router, arrive: () => { act(arrive); } };
}

test('the page that was wanted last is the one that is shown', async () => {
  const { router, arrive } = await showSlow();
  router.history.push('/slow');
  await act(() => vi.advanceTimersByTimeAsync(500));
  screen.getByText('The page is on its way.');
  router.history.push('/quick');
  await screen.findByText('Quick');
  arrive();
  await act(() => vi.advanceTimersByTimeAsync(500));
  screen.getByText('Quick');
  expect(screen.queryByText('The page is on its way.')).toBeNull();
  expect(router.history.location.pathname).toBe('/quick');
});

test('what the page asks for while the next one comes is not asked, unless that takes long: then one goes on here', async () => {
  const { router, arrive } = await showSlow();
  router.history.push('/slow');
  router.history.push('/?filter=early');
  await act(() => vi.advanceTimersByTimeAsync(1_500));
  expect(router.history.location.href).toBe('/');
  screen.getByText('The page is on its way.');
  router.history.push('/?filter=late');
  await waitFor(() => { expect(router.history.location.href).toBe('/?filter=late'); });
  arrive();
  await act(() => vi.advanceTimersByTimeAsync(500));
  expect(router.history.location.href).toBe('/?filter=late');
  expect(screen.queryByText('The page is on its way.')).toBeNull();
});

test('a dialog whose code does not come is told over the page, and comes once the server is back', async () => {
  away();
  const Dialog = later(load(({ text }: { text: string; onClose: () => void }) => <p>Dialog about {text}</p>));
  const onClose = vi.fn();
  render(<LanguageProvider initial="en"><Draft /><Dialog text="apples" onClose={onClose} /></LanguageProvider>);
  await screen.findByRole('dialog', { name: 'This part could not be loaded' });
  await screen.findByText(/^Not connected/);
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(onClose).toHaveBeenCalledTimes(1);
  serve(ENTRY);
  await vi.advanceTimersByTimeAsync(3_000);
  await screen.findByText('Dialog about apples');
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('a part of the page that does not come is told of in its place, and asked for again', async () => {
  serve(ENTRY);
  isThere = false;
  const Part = later(load(() => <p>The part</p>), { place: (told) => <aside>{told}</aside> });
  render(<LanguageProvider initial="en"><Draft /><Part /></LanguageProvider>);
  await userEvent.type(screen.getByLabelText('Draft'), 'kept');
  await screen.findByText('The server answers, but this part of the console did not arrive.');
  expect(screen.getByRole('complementary').textContent).toContain('This part could not be loaded');
  isThere = true;
  await again();
  await screen.findByText('The part');
  expect(screen.getByLabelText<HTMLInputElement>('Draft').value).toBe('kept');
});

test('styles that did not come are read before the part is shown', async () => {
  serve(ENTRY);
  let isFirst = true;
  const Part = later(async () => {
    if (isFirst) throw fail('Unable to preload CSS for https://here/assets/part.css');
    return Promise.resolve({ default: () => <p>The part</p> });
  });
  render(<LanguageProvider initial="en"><Part /></LanguageProvider>);
  await screen.findByText('The server answers, but this part of the console did not arrive.');
  isFirst = false;
  await again();
  const link = await waitFor(() => document.querySelector<HTMLLinkElement>('link[href$="part.css"]') ?? expect.fail());
  expect(screen.queryByText('The part')).toBeNull();
  link.dispatchEvent(new Event('load'));
  await screen.findByText('The part');
});

// The last one: what is known of the version stays known.
test('where the server was upgraded nothing is reloaded by itself', async () => {
  serve('/assets/index-two.js');
  fail();
  const reload = vi.fn();
  const onAgain = vi.fn();
  render(<LanguageProvider initial="en"><MissingNote title="Missing" again={onAgain} reload={reload} /><Notes /></LanguageProvider>);
  await screen.findByText('The server was upgraded. Reload for the new version.');
  screen.getByText(/what you typed and did not save is lost/);
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  expect(reload).not.toHaveBeenCalled();
  const [button] = screen.getAllByRole('button', { name: 'Reload' });
  if (button) await userEvent.click(button);
  expect(reload).toHaveBeenCalledTimes(1);
  expect(onAgain).not.toHaveBeenCalled();
});
