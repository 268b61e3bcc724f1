// The first page, the search, a red build that becomes green, and a place without a network, in a real browser against the
// real server.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messages as frame } from '../src/frame/messages';
import { messages as palette } from '../src/frame/palette/messages';
import type { Language } from '../src/i18n/format';
import { messages as compare } from '../src/pages/images/compare/messages';
import { messages as home } from '../src/pages/home/messages';
import { messages as intelligence } from '../src/pages/system/intelligence/messages';
import { messages as search } from '../src/pages/search/messages';
import { messages as words } from '../src/parts/search/messages';
import { messages as table } from '../src/parts/table/messages';
import { messages as why } from '../src/parts/why/messages';
import { accessible, launch, settled, shot, signIn, visit, type Theme } from './browser';
import { HOSTILE, IMAGES, digest, image } from './data';
import { buildImage, writeLayout } from './layout';
import { ADMIN, buildIntelligence, fill, post, startServer, type Server, type StoreName } from './server';
import { say } from './words';

const run = promisify(execFile);

const STORE: StoreName = process.env.BULKHEAD_STORE === 'postgresql' ? 'postgresql' : 'sqlite';
const PROGRAMS = process.env.BULKHEAD_PROGRAMS ?? '';
const LANGUAGES: readonly Language[] = ['en', 'ja'];
const THEMES: readonly Theme[] = ['light', 'dark'];
const BULKHEAD = join(PROGRAMS, 'bulkhead');

let folder: string;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-overview-'));
  await run(BULKHEAD, ['intel', 'keygen', '--out', join(folder, 'key')]);
  server = await startServer(PROGRAMS, STORE, { BULKHEAD_INTELLIGENCE_KEYS: readFileSync(join(folder, 'key.pub'), 'utf8').trim() });
  browser = await launch();
  await post(server, '/api/v1/setup', { secret: new URL(server.setupLink).hash.slice(1), ...ADMIN });
  await fill(server);
});

afterAll(async () => {
  await (browser as Browser | undefined)?.close();
  await (server as Server | undefined)?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe(`with ${STORE}`, () => {
  test.each(LANGUAGES)('every figure of the first page leads to exactly so many rows (%s)', async (language) => {
    const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'light' });
    await page.goto('/?since=7d');
    await signIn(page);
    const figures = page.locator('.bh-tile a');
    await figures.first().waitFor();
    await page.getByText(say(language, home, 'risk.malware')).waitFor();
    await accessible(page, `home (${language})`);
    await shot(page, `${STORE}-home-full-${language}`);
    const told = await figures.evaluateAll((links) => links.map((link) => ({ address: link.getAttribute('href') ?? '', count: Number(link.querySelector('b')?.textContent.replaceAll(',', '')) })));
    expect(told.length).toBeGreaterThan(15);
    for (const { address, count } of told) {
      await page.goto(address);
      await settled(page);
      if (count === 0) await page.locator('.bh-empty').waitFor();
      else await page.getByText(say(language, table, 'count.all', { count }), { exact: true }).waitFor();
      expect(await page.locator('.bh-chip-unknown').count(), address).toBe(0);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test('figures of the first page follow what happens, and lists wait until they are asked', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto('/');
    await signIn(page);
    await page.getByText(say('en', home, 'total', { count: IMAGES })).waitFor();
    await settled(page);
    const { reference, index } = image(IMAGES + 1);
    await post(server, `/api/v1/images?reference=${encodeURIComponent(reference)}`, index);
    await page.getByText(say('en', home, 'total', { count: IMAGES + 1 })).waitFor();
    const worst = page.locator('section').filter({ has: page.getByRole('heading', { name: say('en', home, 'worst') }) });
    const news = worst.getByRole('button', { name: /· Show$/ });
    await news.click();
    await news.waitFor({ state: 'hidden' });
    expect((await server.api.delete(`/api/v1/images/${digest(IMAGES + 1)}`)).status()).toBe(204);
    // The stream does not speak of removals: the page asks by itself once a minute, and at once when it is opened.
    await page.reload();
    await page.getByText(say('en', home, 'total', { count: IMAGES })).waitFor();
    await page.getByRole('link', { name: say('en', home, 'period.30d') }).click();
    await page.waitForURL(/since=30d/);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(LANGUAGES)('“where is qs 6.7.0?” is answered from one field (%s)', async (language) => {
    const { page, context, complaints, close } = await visit(browser, server.origin, { language, theme: 'light' });
    await page.goto('/images');
    await signIn(page);
    await settled(page);
    const before = page.getByRole('combobox', { name: say(language, table, 'search') });
    await before.focus();
    const field = page.getByRole('combobox', { name: say(language, palette, 'label') });
    const openPalette = async () => {
      await page.keyboard.press('Control+k');
      await field.waitFor();
      await page.waitForFunction(() => document.activeElement?.closest('.bh-palette') !== null);
    };
    await openPalette();
    await accessible(page, `the search without a word (${language})`);

    await page.keyboard.type('qs 6.7.0');
    const all = page.getByRole('option', { name: say(language, words, 'images.all', { what: 'qs@6.7.0', count: Math.floor(IMAGES / 3) }) });
    await all.waitFor();
    await accessible(page, `what the search found (${language})`);
    await shot(page, `${STORE}-search-${language}`);
    await all.click();
    await page.waitForURL((url) => url.pathname === '/images' && url.searchParams.get('filter') === 'package_version:qs@6.7.0');
    await settled(page);
    await page.getByText(say(language, table, 'count.all', { count: Math.floor(IMAGES / 3) }), { exact: true }).waitFor();

    // Pages by their names and other words for them, in either language, as they are typed before the conversion.
    for (const [typed, path] of [['whitelist', '/exceptions'], ['いめーじほしょう', null], ['れじすとり', '/registries']] as const) {
      await openPalette();
      await page.keyboard.insertText(typed);
      if (path === null) {
        await page.getByRole('option').last().waitFor();
        await page.keyboard.press('Escape');
        await field.waitFor({ state: 'hidden' });
        continue;
      }
      await page.locator('.bh-palette-active').waitFor();
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.pathname === path);
    }

    // While the input method converts nothing is asked, and its Enter opens nothing.
    await settled(page);
    const asked: string[] = [];
    page.on('request', (request) => { if (request.url().includes('/api/v1/search')) asked.push(request.url()); });
    await openPalette();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Input.imeSetComposition', { text: 'さーびす', selectionStart: 4, selectionEnd: 4 });
    await page.waitForTimeout(600);
    expect(asked).toEqual([]);
    await devtools.send('Input.insertText', { text: 'service' });
    await page.getByRole('group', { name: say(language, words, 'kind.package') }).waitFor();
    await page.getByRole('option', { name: say(language, palette, 'all', { text: 'service' }) }).click();
    await page.waitForURL((url) => url.pathname === '/search' && url.searchParams.get('q') === 'service');
    await page.locator('#main').getByRole('heading', { name: say(language, words, 'kind.image'), exact: true }).waitFor();
    await accessible(page, `the page of results (${language})`);
    await shot(page, `${STORE}-search-page-${language}`);
    await page.getByRole('searchbox', { name: say(language, search, 'label') }).fill(HOSTILE.slice(0, 8));
    await page.waitForURL((url) => url.searchParams.get('q') === HOSTILE.slice(0, 8));
    await page.getByText(HOSTILE.replace('\u202E', '\\u{202e}')).first().waitFor();
    await page.getByRole('searchbox').fill('nothing is called so');
    await page.getByText(say(language, words, 'nothing', { text: 'nothing is called so' })).waitFor();
    await page.goto('/search');
    await page.getByRole('heading', { name: say(language, search, 'empty.title') }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('Enter before the results are there opens the first of them once it is', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto('/images');
    await signIn(page);
    await settled(page);
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => { release = resolve; });
    await page.route(/\/api\/v1\/search\?/, async (route) => {
      await released;
      await route.continue();
    });
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: say('en', palette, 'label') });
    await field.waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('.bh-palette') !== null);
    const asked = page.waitForRequest((request) => request.url().includes('/api/v1/search?'));
    await page.keyboard.insertText('CVE-2024-1000');
    await page.keyboard.press('Enter');
    await asked;
    // What stands there meanwhile, the way to all results, is not what was meant.
    await page.getByText(say('en', palette, 'searching'), { exact: true }).waitFor();
    expect(await field.inputValue()).toBe('CVE-2024-1000');
    expect(new URL(page.url()).pathname).toBe('/images');
    release();
    await page.waitForURL((url) => url.pathname === '/vulnerabilities/CVE-2024-1000');
    await field.waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
    await close();
  });

  test('the search changes how the console looks, and tells what keys there are', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto('/');
    await signIn(page);
    await settled(page);
    const open = async (typed: string) => {
      await page.getByRole('button', { name: say('en', frame, 'search') }).click();
      await page.getByRole('combobox', { name: say('en', palette, 'label') }).fill(typed);
    };
    await open('dark');
    await page.getByRole('option', { name: say('en', palette, 'action.theme', { name: say('en', frame, 'theme.dark') }) }).click();
    await page.locator('html.pf-v6-theme-dark').waitFor();
    await open('show keys');
    await page.getByRole('option', { name: say('en', palette, 'action.keys'), exact: true }).click();
    await page.getByRole('dialog', { name: say('en', frame, 'keys.title') }).getByText('Ctrl+K').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await open('language');
    await page.getByRole('option', { name: say('en', palette, 'action.language', { name: '日本語' }) }).click();
    await page.getByRole('heading', { name: say('ja', home, 'title') }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('J03: a red build tells its developer what to change, and is green with it', async () => {
    const token = await post(server, '/api/v1/tokens', { name: 'pipeline', permissions: ['images.write', 'images.read', 'verdicts.read'] });
    writeFileSync(join(folder, 'token'), String(token.secret), { mode: 0o600 });
    const reference = 'registry.example/shop/cart';
    const build = async (name: string, packages: Record<string, string>) => {
      const built = await buildImage(packages);
      writeLayout(built, join(folder, name));
      const parts = ['scan', `oci:${join(folder, name)}`, '--quiet', '--register', server.direct, '--register-ca', server.authority, '--token-file', join(folder, 'token'), '--register-as', `${reference}:${name}`];
      const ended = await run(BULKHEAD, [...parts, '--cache-dir', join(folder, 'cache')]).then(({ stdout }) => ({ code: 0, stdout }), (error: unknown) => error as { code: number; stdout: string });
      return { code: ended.code, said: ended.stdout, digest: built.digest };
    };
    const red = await build('red', { lodash: '4.17.11', qs: '6.7.0' });
    expect(red.code, red.said).toBe(1);

    const { page, complaints, close } = await visit(browser, server.origin, { language: 'ja', theme: 'light' });
    await page.goto(`/images/${red.digest}`);
    await signIn(page);
    await page.getByRole('heading', { name: say('ja', why, 'failed') }).waitFor();
    await page.getByText(say('ja', why, 'remedy')).first().waitFor();
    await page.getByRole('heading', { name: say('ja', why, 'fix.enough', { count: 2 }) }).waitFor();
    await page.getByText('4.17.21').first().waitFor();
    await accessible(page, 'a red build');
    await shot(page, `${STORE}-build-red`);

    const reasons = async (of: string) => JSON.stringify(await (await server.api.get(`/api/v1/verdict?image=${of}`)).json());
    const green = await build('green', { lodash: '4.17.21', qs: '6.13.0' });
    expect(green.code, await reasons(green.digest)).toBe(0);
    await page.goto(`/images?filter=name:${reference}:*&sort=name`);
    await page.getByText(say('ja', table, 'count.all', { count: 2 }), { exact: true }).waitFor();
    await settled(page);
    const decisions = await page.locator('tr[data-row] .bh-why-link').allInnerTexts();
    expect(decisions).toHaveLength(2);
    expect(new Set(decisions).size).toBe(2);
    await page.goto(`/images/compare?old=${red.digest}&new=${green.digest}`);
    await page.getByRole('heading', { name: say('ja', compare, 'findings.removed', { count: 3 }) }).waitFor();
    await page.getByText(say('ja', compare, 'findings.added.none')).waitFor();
    await accessible(page, 'two builds beside one another');
    await shot(page, `${STORE}-compare`);
    expect(complaints).toEqual([]);
    await close();
  });

  test('J31: without a network every page works, and intelligence comes as a signed file that is never an older one', async () => {
    const make = (name: string, modified: string) => buildIntelligence(PROGRAMS, join(folder, name), join(folder, `${name}.db`), {}, { modified, key: join(folder, 'key') });
    await make('newer', '2026-03-01T00:00:00Z');
    await make('older', '2025-12-01T00:00:00Z');
    await run(BULKHEAD, ['intel', 'keygen', '--out', join(folder, 'stranger')]);
    await buildIntelligence(PROGRAMS, join(folder, 'newest'), join(folder, 'newest.db'), {}, { modified: '2026-04-01T00:00:00Z', key: join(folder, 'stranger') });

    // No name has an address but that of this machine.
    const alone = await launch(['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost']);
    const { page, complaints, close } = await visit(alone, server.origin, { language: 'en', theme: 'light' });
    page.on('requestfailed', (request) => {
      // What a page that was left had asked for is not a failure of the network.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') complaints.push(`failed: ${request.url()}`);
    });
    await page.goto('/');
    await signIn(page);
    await settled(page);
    const places = await page.locator('nav.pf-v6-c-nav a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(places.length).toBeGreaterThan(12);
    for (const place of [...places, '/me', '/search?q=lodash', `/images/${digest(15)}`, '/vulnerabilities/CVE-2024-1000']) {
      await page.goto(place);
      await page.locator('h1').first().waitFor();
      await settled(page);
      expect(await page.locator('.bh-problem').count(), place).toBe(0);
    }

    await page.goto('/system/intelligence');
    const give = async (name: string) => {
      await page.getByRole('button', { name: say('en', intelligence, 'import'), exact: true }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(say('en', intelligence, 'import.file')).setInputFiles(join(folder, `${name}.db`));
      await dialog.getByRole('button', { name: say('en', intelligence, 'import.action'), exact: true }).click();
      return dialog;
    };
    const sequence = String(Date.parse('2026-03-01T00:00:00Z') / 1000);
    await (await give('newer')).waitFor({ state: 'hidden' });
    await page.getByText(sequence).first().waitFor();
    for (const name of ['older', 'newest']) {
      const dialog = await give(name);
      await dialog.locator('.bh-problem').waitFor();
      await accessible(page, `intelligence that is refused (${name})`);
      await shot(page, `${STORE}-intelligence-refused-${name}`);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.waitFor({ state: 'hidden' });
    }
    const status = (await (await server.api.get('/api/v1/intelligence')).json()) as { current: { sequence: number }; sources: { name: string; records: number }[] };
    expect(String(status.current.sequence)).toBe(sequence);
    // Each source with how much it holds, and of when that is.
    const table = page.getByRole('table', { name: say('en', intelligence, 'sources') });
    const told = await table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
    expect(status.sources.length).toBeGreaterThan(0);
    expect(told.map(([name, records]) => ({ name, records: Number(records?.replaceAll(',', '')) }))).toEqual(status.sources.map(({ name, records }) => ({ name, records })));
    expect(told.every(([, , updated]) => updated?.includes('2026'))).toBe(true);
    expect(complaints).toEqual([]);
    await close();
    await alone.close();
  });

  for (const language of LANGUAGES) {
    for (const theme of THEMES) {
      test(`every page of the search can be used by everybody (${language}, ${theme})`, async () => {
        const { page, complaints, close } = await visit(browser, server.origin, { language, theme });
        await page.goto('/search?q=lodash');
        await signIn(page);
        await settled(page);
        await accessible(page, `the page of results (${language}, ${theme})`);
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox').fill('lodash');
        await page.getByRole('group', { name: say(language, words, 'kind.package') }).waitFor();
        await accessible(page, `the search (${language}, ${theme})`);
        await page.setViewportSize({ width: 320, height: 640 });
        const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
        await shot(page, `${STORE}-search-narrow-${language}-${theme}`);
        expect(isWide, 'the search is wider than its window').toBe(false);
        expect(complaints).toEqual([]);
        await close();
      });
    }
  }
});
