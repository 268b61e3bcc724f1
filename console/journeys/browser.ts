// A real browser, and what every page has to hold: no error in its log, no request elsewhere, nothing against the content
// security policy, nothing serious that axe finds.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Language } from '../src/i18n/format';
import { ADMIN } from './server';

declare const axe: typeof import('axe-core');

export const SHOTS = fileURLToPath(new URL('../.artifacts/', import.meta.url));

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export type Theme = 'light' | 'dark';

export interface Reader {
  language: Language;
  theme: Theme;
  width?: number;
  height?: number;
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** What went wrong so far; a journey that expects something takes it out. */
  complaints: string[];
  close: () => Promise<void>;
}

export function launch(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', ...more] });
}

/** A fresh browser of a reader: no setting made but those of the system. */
export async function visit(browser: Browser, origin: string, reader: Reader): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: origin,
    ignoreHTTPSErrors: true,
    locale: reader.language === 'ja' ? 'ja-JP' : 'en-US',
    timezoneId: 'Asia/Tokyo',
    colorScheme: reader.theme,
    reducedMotion: 'reduce',
    viewport: { width: reader.width ?? 1280, height: reader.height ?? 800 },
  });
  // Through the debugger, which the policy of the console does not hold for.
  await context.addInitScript({ content: AXE });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Refused requests are told by the page; the log of the browser repeats them.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(`log: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== 'data:' && protocol !== 'blob:') complaints.push(`request elsewhere: ${request.url()}`);
  });
  return { page, context, complaints, close: () => context.close() };
}

/** Signs in at the page that asks for it. */
export async function signIn(page: Page, who = ADMIN): Promise<void> {
  await page.locator('input[name=username]').fill(who.name);
  await page.locator('input[name=password]').fill(who.password);
  await page.locator('button[type=submit]').click();
  await page.locator('#main.bh-main').waitFor();
}

/** Waits until nothing is on its way. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], .bh-skeleton') === null, undefined, { timeout: 20_000 });
}

/** Asks axe; serious and critical findings fail, and whatever makes landmarks hard to tell from each other. */
export async function accessible(page: Page, where: string): Promise<void> {
  const found = await page.evaluate(async () => {
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations
      .filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || (id.startsWith('landmark-') && id !== 'landmark-one-main'))
      .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
  expect(found, `axe on ${where}`).toEqual([]);
}

/** Keeps a screenshot outside of the repository's history. */
export async function shot(page: Page, name: string): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}
