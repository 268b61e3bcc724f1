// What the console costs a reader: bytes, paints, interactions, frames, memory and shifts of the layout, beside the budgets.
// `scripts/budgets.mjs` runs it and says what can be set. Figures of time depend on the machine: none of them fails.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { formatOf } from '../src/i18n/format';
import { launch, settled, signIn, visit } from './browser';
import { digest, image } from './data';
import { ADMIN, post, startServer, type Server } from './server';

const PROGRAMS = process.env.BULKHEAD_PROGRAMS ?? '';
const SITE = fileURLToPath(new URL('../dist/site/', import.meta.url));

/** The data folder that is measured; without one a small store is made. */
const FOLDER = process.env.BULKHEAD_BUDGETS_FOLDER ?? '';
/** Who signs in to it: the first user of the server's benchmark (`crates/server/benches/house`). */
const OWNER = { name: process.env.BULKHEAD_BUDGETS_NAME ?? 'alice', password: process.env.BULKHEAD_BUDGETS_PASSWORD ?? 'correct horse battery' };
const IMAGES = Number(process.env.BULKHEAD_BUDGETS_IMAGES ?? 200);
const UPDATES = Number(process.env.BULKHEAD_BUDGETS_UPDATES ?? 1000);

const WORDS = formatOf('en', 'UTC');

/** Times of loads are medians of so many. */
const LOADS = 5;
const SCROLL_MS = 5_000;

/** Numbers of images that stand for none of the data. */
const FIRST_UPDATE = 5_000_000;

/** What the page itself writes down, from before its first script on. */
interface Marks {
  firstRows: number | null;
  shift: number;
  interactions: number[];
}

declare global {
  interface Window {
    bulkheadMarks: Marks;
  }
}

test('the budgets of the console', { timeout: 30 * 60_000 }, async () => {
  const server = await startServer(PROGRAMS, 'sqlite', FOLDER === '' ? {} : { BULKHEAD_DATA_DIR: FOLDER });
  const browser = await launch();
  try {
    const who = FOLDER === '' ? await small(server) : await known(server);
    await measure(browser, server, who);
  } finally {
    await browser.close();
    await server.remove();
  }
});

async function small(server: Server): Promise<typeof ADMIN> {
  await post(server, '/api/v1/setup', { secret: new URL(server.setupLink).hash.slice(1), ...ADMIN });
  for (let number = 1; number <= IMAGES; number += 1) {
    const { reference, index } = image(number);
    await post(server, `/api/v1/images?reference=${encodeURIComponent(reference)}`, index);
  }
  return ADMIN;
}

async function known(server: Server): Promise<typeof OWNER> {
  await post(server, '/api/v1/sessions', OWNER);
  return OWNER;
}

async function measure(browser: Browser, server: Server, who: typeof ADMIN): Promise<void> {
  const { page, context, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
  await context.addInitScript(note);
  await page.goto('/');
  await signIn(page, who);
  await settled(page);
  const total = ((await (await server.api.get('/api/v1/summary')).json()) as { images: { total: number } }).images.total;
  console.log(`\n${WORDS.number(total)} images${process.env.BULKHEAD_PREVIEW ? '; the console before the server, as it was built last' : ''}`);

  const cold = await loads(context, true);
  line('JavaScript of shell and list, gzip', kilobytes(Math.max(...cold.map(({ scripts }) => scripts))), '210 kB');
  line('first paint, nothing kept', seconds(median(cold.map(({ paint }) => paint))), '0.6 s');
  line('first rows, nothing kept', seconds(median(cold.map(({ rows }) => rows))), '1.0 s');
  const warm = await loads(context, false);
  line('first paint, files kept', seconds(median(warm.map(({ paint }) => paint))), '0.3 s');
  line('first rows, files kept', seconds(median(warm.map(({ rows }) => rows))), '0.5 s');
  const most = cold.map(({ requests }) => requests).reduce((one, other) => (other.length > one.length ? other : one));
  line('requests for the first rows', String(most.length), '8');
  if (most.length > 8) console.log(most.join('\n'));
  for (const [what, shift] of await shifts(page)) line(`layout shift of ${what}`, shift.toFixed(3), '0, at most 0.01');
  line('interaction to next paint, p95', milliseconds(percentile(await interactions(page), 0.95)), '100 ms');
  line('frame while scrolling, p95', milliseconds(percentile(await frames(page), 0.95)), '33 ms');
  const heap = await watched(page, context, server);
  line(`memory after ${WORDS.number(UPDATES)} live updates`, `${megabytes(heap.before)} to ${megabytes(heap.after)}`, 'flat, 250 MB');
  expect(complaints).toEqual([]);
  await close();
}

interface Load {
  paint: number;
  rows: number;
  /** Bytes of all scripts until the first rows. */
  scripts: number;
  /** What was asked for until then, but for the stream of events: fonts, the icon and the like too, which no row waits for. */
  requests: readonly string[];
}

/** Opens the list of images so often, each in a page of its own. */
async function loads(context: BrowserContext, isCold: boolean): Promise<Load[]> {
  const all: Load[] = [];
  for (let count = 0; count < LOADS; count += 1) {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: isCold });
    const paths: string[] = [];
    page.on('request', (request) => paths.push(new URL(request.url()).pathname));
    await page.goto('/images');
    await page.locator('tr[data-row] a').first().waitFor();
    const asked = await page.evaluate(() => performance.getEntriesByType('resource')
      .filter(({ name, startTime }) => startTime < (window.bulkheadMarks.firstRows ?? Infinity) && !name.endsWith('/stream'))
      .map(({ name }) => new URL(name).pathname));
    const marks = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
      rows: window.bulkheadMarks.firstRows ?? NaN,
    }));
    // The page itself is none of its resources.
    all.push({ ...marks, scripts: zipped(paths), requests: ['/images', ...asked] });
    await page.close();
  }
  return all;
}

/** What the scripts among these paths take compressed. */
function zipped(paths: readonly string[]): number {
  const files = [...new Set(paths)].filter((path) => path.endsWith('.js')).map((path) => join(SITE, `${path}.gz`));
  return files.filter((file) => existsSync(file)).reduce((bytes, file) => bytes + statSync(file).size, 0);
}

async function shifts(page: Page): Promise<[what: string, shift: number][]> {
  const places = [
    ['the first page', '/'],
    ['the images', '/images'],
    ['an image', await firstImage(page)],
    ['the vulnerabilities', '/vulnerabilities'],
    ['the packages', '/packages'],
  ] as const;
  const found: [string, number][] = [];
  for (const [what, path] of places) {
    await page.goto(path);
    await page.locator('h1').first().waitFor();
    await settled(page);
    // Fonts that come move what is there; what a frame moved is told behind it.
    await page.evaluate(async () => {
      await document.fonts.ready;
      await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
    });
    found.push([what, await page.evaluate(() => window.bulkheadMarks.shift)]);
  }
  return found;
}

/** The address of an image of the list. */
async function firstImage(page: Page): Promise<string> {
  await page.goto('/images');
  await page.locator('tr[data-row] a').first().waitFor();
  return (await page.locator('tr[data-row] a[href^="/images/sha256"]').first().getAttribute('href')) ?? `/images/${digest(1)}`;
}

/** Menus, the reasons of a verdict, the search and typing in it, the theme: how long each took to be seen. */
async function interactions(page: Page): Promise<number[]> {
  await page.goto('/images');
  await page.locator('tr[data-row] a').first().waitFor();
  await settled(page);
  let made = 0;
  const act = async (run: () => Promise<void>) => {
    await run();
    made += 1;
    await page.waitForTimeout(120);
  };
  for (let round = 0; round < 5; round += 1) {
    await act(() => page.locator('tr[data-row] .bh-why-link').nth(round).click());
    await page.locator('.bh-drawer .bh-why-decision').waitFor();
    await act(() => page.keyboard.press('Escape'));
    await page.locator('.bh-drawer').waitFor({ state: 'hidden' });
    await act(() => page.keyboard.press('Control+k'));
    await page.getByRole('listbox').last().waitFor();
    for (const key of 'lod') await act(() => page.keyboard.press(key));
    await act(() => page.keyboard.press('ArrowDown'));
    await act(() => page.keyboard.press('Escape'));
    await page.locator('.bh-palette').waitFor({ state: 'hidden' });
    await act(() => page.keyboard.press('j'));
    await act(() => page.locator('.bh-top-end button').last().click());
    await act(() => page.keyboard.press('Escape'));
  }
  // What was faster than the browser tells of counts as the least that it tells.
  const told = await page.evaluate(() => window.bulkheadMarks.interactions);
  return [...told, ...Array<number>(Math.max(0, made - told.length)).fill(16)];
}

async function frames(page: Page): Promise<number[]> {
  await page.goto('/images');
  await page.locator('tr[data-row] a').first().waitFor();
  await settled(page);
  await page.locator('tr[data-row]').first().hover();
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { bulkheadFrames: times });
    const step = (now: number) => {
      times.push(now);
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  const end = Date.now() + SCROLL_MS;
  while (Date.now() < end) {
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(16);
  }
  const times = await page.evaluate(() => (window as unknown as { bulkheadFrames: number[] }).bulkheadFrames);
  return times.slice(1).map((time, at) => time - (times[at] ?? time));
}

/** The heap of a list that is open while images come and go. */
async function watched(page: Page, context: BrowserContext, server: Server): Promise<{ before: number; after: number }> {
  await page.goto('/images');
  await page.locator('tr[data-row] a').first().waitFor();
  await settled(page);
  const devtools = await context.newCDPSession(page);
  const update = async (number: number) => {
    const { reference, index } = image(number);
    await post(server, `/api/v1/images?reference=${encodeURIComponent(reference)}`, index);
    await server.api.delete(`/api/v1/images/${digest(number)}`);
  };
  // The first ones fill what is kept for later ones.
  for (let count = 0; count < Math.min(50, UPDATES); count += 1) await update(FIRST_UPDATE);
  const before = await heap(devtools);
  for (let count = 0; count < UPDATES / 2; count += 1) await update(FIRST_UPDATE + (count % 10));
  await page.getByRole('button', { name: /· Show$/ }).waitFor();
  await settled(page);
  return { before, after: await heap(devtools) };
}

async function heap(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  return (await devtools.send('Runtime.getHeapUsage')).usedSize;
}

/** Runs in the page: its first rows, what moved without anybody's doing, how long interactions took. */
function note(): void {
  const marks: Marks = { firstRows: null, shift: 0, interactions: [] };
  window.bulkheadMarks = marks;
  new MutationObserver((_, observer) => {
    if (document.querySelector('tr[data-row] a') === null) return;
    marks.firstRows = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
      if (!entry.hadRecentInput) marks.shift += entry.value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
  const longest = new Map<number, number>();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { interactionId: number })[]) {
      if (entry.interactionId > 0) longest.set(entry.interactionId, Math.max(longest.get(entry.interactionId) ?? 0, entry.duration));
    }
    marks.interactions = [...longest.values()];
  }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit);
}

function line(what: string, figure: string, budget: string): void {
  console.log(`${what.padEnd(42)} ${figure.padStart(20)}   budget ${budget}`);
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

const seconds = (time: number) => `${(time / 1000).toFixed(2)} s`;
const milliseconds = (time: number) => `${time.toFixed(0)} ms`;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;
const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
