// The pictures of the README, taken of the data of the journeys. `scripts/screenshots` runs it.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Language } from '../src/i18n/format';
import { launch, settled, signIn, visit } from './browser';
import { digest } from './data';
import { ADMIN, buildIntelligence, fill, post, startServer } from './server';

const PROGRAMS = process.env.BULKHEAD_PROGRAMS ?? '';
const PICTURES = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const LANGUAGES: readonly Language[] = ['en', 'ja'];

/** All pictures together: whoever clones the repository gets them all. */
const MOST_BYTES = 600_000;

/** Each picture: its name, its address, and what is done on the page. */
const SHOTS: readonly [name: string, address: string, act: (page: Page) => Promise<void>][] = [
  ['home', '/', () => Promise.resolve()],
  ['why', `/images?why=${digest(15)}`, (page) => page.locator('.bh-drawer .bh-why-decision').waitFor()],
  [
    'search',
    '/images',
    async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox').last().fill('qs 6.7.0');
      await page.getByRole('option').nth(6).waitFor();
    },
  ],
];

test('the pictures of the README are taken, and small', async () => {
  // Intelligence of today, so that no picture warns of its age.
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-pictures-'));
  const database = join(folder, 'intelligence.db');
  await buildIntelligence(PROGRAMS, folder, database, {}, { modified: new Date().toISOString().replace(/\.\d+/, '') });
  const server = await startServer(PROGRAMS, 'sqlite', { BULKHEAD_INTELLIGENCE_FILE: database });
  const browser = await launch();
  try {
    await post(server, '/api/v1/setup', { secret: new URL(server.setupLink).hash.slice(1), ...ADMIN });
    await fill(server);
    mkdirSync(PICTURES, { recursive: true });
    let bytes = 0;
    for (const language of LANGUAGES) {
      const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'light', width: 1120, height: 660 });
      await page.goto('/');
      await signIn(page);
      for (const [name, address, act] of SHOTS) {
        await page.goto(address);
        await page.locator('h1').first().waitFor();
        await settled(page);
        await act(page);
        await settled(page);
        const path = join(PICTURES, `${name}.${language}.png`);
        await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
        bytes += statSync(path).size;
      }
      expect(complaints).toEqual([]);
      await close();
    }
    console.log(`${String(bytes)} bytes of pictures in docs/pictures`);
    expect(bytes).toBeLessThan(MOST_BYTES);
  } finally {
    await browser.close();
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});
