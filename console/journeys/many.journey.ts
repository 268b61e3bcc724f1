// What is done to many at once, the columns of lists and what leaves the console, in a real browser against the real server:
// J12, J14, J16, J24, and the previews before anything is done.
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Language } from '../src/i18n/format';
import { messages as detail } from '../src/pages/images/detail/messages';
import { messages as images } from '../src/pages/images/list/messages';
import { messages as me } from '../src/pages/me/messages';
import { messages as policies } from '../src/pages/policies/messages';
import { messages as registries } from '../src/pages/registries/messages';
import { messages as bulk } from '../src/parts/bulk/messages';
import { messages as exception } from '../src/parts/exception/messages';
import { messages as ways } from '../src/parts/export/messages';
import { messages as job } from '../src/parts/job/messages';
import { messages as parts } from '../src/parts/messages';
import { messages as table } from '../src/parts/table/messages';
import { accessible, launch, settled, shot, signIn, visit, type Theme } from './browser';
import { IMAGES, LATER, POLICY, digest, image, laterFeed } from './data';
import { untranslated } from './people';
import { ADMIN, fill, post, startServer, type Server, type StoreName } from './server';
import { say } from './words';

const STORE: StoreName = process.env.BULKHEAD_STORE === 'postgresql' ? 'postgresql' : 'sqlite';
const PROGRAMS = process.env.BULKHEAD_PROGRAMS ?? '';
const LANGUAGES: readonly Language[] = ['en', 'ja'];
const EN = { language: 'en', theme: 'light' } as const;

/** Other work may take the machine: what is waited for comes, but not soon. */
const PATIENT = { timeout: 20_000 };

/** A control that no image fulfills. */
const NOBODY = `  - control: custom.rego
    name: nobody
    rego: |
      package main
      deny contains msg if {
        input.target.name
        msg := "no image may run"
      }
`;

/** Images of the repositories of `shop`. */
const OF_SHOP = IMAGES / 4;

let server: Server;
let browser: Browser;

beforeAll(async () => {
  server = await startServer(PROGRAMS, STORE);
  browser = await launch();
  const secret = new URL(server.setupLink).hash.slice(1);
  await post(server, '/api/v1/setup', { secret, ...ADMIN });
  await fill(server);
});

afterAll(async () => {
  await (browser as Browser | undefined)?.close();
  await (server as Server | undefined)?.remove();
});

describe(`many at once, with ${STORE}`, () => {
  test('J14: what matches a filter is approved as a job, asked again where the number moved, and survives a reload', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await opened(page, '/images?filter=repository:shop/*');
    await page.getByRole('button', { name: say('en', table, 'select.all', { count: OF_SHOP }) }).click();
    await page.getByRole('button', { name: say('en', images, 'bulk.approve'), exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(say('en', bulk, 'count', { count: OF_SHOP })).waitFor();
    await accessible(page, 'the dialog of a bulk action');
    await shot(page, `${STORE}-bulk-approve`);
    // Meanwhile somebody else brings one more in.
    const { reference, index } = image(44);
    await post(server, `/api/v1/images?reference=${encodeURIComponent(reference)}`, index);
    await dialog.getByRole('button', { name: say('en', images, 'bulk.approve.do'), exact: true }).click();
    await dialog.getByText(say('en', bulk, 'moved', { before: OF_SHOP, now: OF_SHOP + 1 })).waitFor();
    await accessible(page, 'a bulk action whose number moved');
    await shot(page, `${STORE}-bulk-moved`);
    await dialog.getByLabel(say('en', images, 'bulk.comment')).fill('Reviewed on Friday');
    await dialog.getByRole('button', { name: say('en', images, 'bulk.approve.do'), exact: true }).click();
    const card = page.getByRole('article', { name: say('en', job, 'own') });
    await card.getByText(say('en', job, 'outcome.changed', { count: OF_SHOP + 1 })).waitFor({ timeout: 30_000 });
    await accessible(page, 'a bulk action that is done');
    await shot(page, `${STORE}-bulk-done`);
    await page.reload();
    await card.getByText(say('en', job, 'outcome.changed', { count: OF_SHOP + 1 })).waitFor();
    const approved = (await (await server.api.get('/api/v1/images?limit=1&filter=approval:approved')).json()) as { total: number };
    expect(approved.total).toBe(OF_SHOP + 1);

    // Once more: the preview tells that all are approved, and the job that it changed none.
    await page.goto('/images?filter=repository:shop/*');
    await settled(page);
    await page.getByRole('button', { name: say('en', table, 'select.all', { count: OF_SHOP + 1 }) }).click();
    await page.getByRole('button', { name: say('en', images, 'bulk.approve'), exact: true }).click();
    await dialog.getByText(say('en', images, 'bulk.approve.of_these', { count: OF_SHOP + 1 })).waitFor();
    await dialog.getByLabel(say('en', images, 'bulk.comment')).fill('Reviewed on Friday');
    await dialog.getByRole('button', { name: say('en', images, 'bulk.approve.do'), exact: true }).click();
    await card.getByText(say('en', job, 'outcome.unchanged', { count: OF_SHOP + 1 })).waitFor({ timeout: 30_000 });

    // What is approved stays: its approval is taken back before it is removed.
    const { items } = (await (await server.api.get('/api/v1/images?filter=tag:1.44')).json()) as { items: { digest: string }[] };
    expect((await server.api.delete(`/api/v1/images/${items[0]?.digest ?? ''}/approval`)).status()).toBe(204);
    // Rows that are ticked, with the keyboard; the removed one leaves the list.
    await page.goto('/images?filter=tag:1.44');
    await settled(page);
    await page.getByRole('checkbox', { name: say('en', table, 'select.row', { row: reference }) }).press('Space');
    await page.getByRole('button', { name: say('en', images, 'bulk.delete'), exact: true }).press('Enter');
    await dialog.getByText(say('en', bulk, 'count', { count: 1 })).waitFor();
    await dialog.getByRole('button', { name: say('en', images, 'bulk.delete.do'), exact: true }).press('Enter');
    await page.getByText(say('en', table, 'nothing.matches'), { exact: true }).waitFor({ timeout: 30_000 });
    await page.goto('/me?tab=jobs');
    await page.getByText(say('en', job, 'bulk.delete')).first().waitFor();
    await settled(page);
    await accessible(page, 'the jobs of my account');
    await shot(page, `${STORE}-me-jobs`);
    expect(complaints).toEqual([]);
    await close();
  });

  test('J14: many vulnerabilities are excepted with one reason, for approval', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'ja', theme: 'dark' });
    await opened(page, '/vulnerabilities?filter=severity:high');
    const total = ((await (await server.api.get('/api/v1/vulnerabilities?filter=severity:high')).json()) as { items: unknown[] }).items.length;
    await page.getByRole('button', { name: say('ja', table, 'select.all', { count: total }) }).click();
    await page.getByRole('button', { name: say('ja', exception, 'many') }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(say('ja', bulk, 'count', { count: total })).waitFor();
    await dialog.getByLabel(say('ja', exception, 'repository'), { exact: false }).last().fill('shop/*');
    await dialog.getByLabel(say('ja', exception, 'reason')).fill('外部から到達できないため');
    await dialog.getByLabel(say('ja', exception, 'name')).fill('到達不可');
    await accessible(page, 'the dialog of many exceptions');
    await shot(page, `${STORE}-except-many-ja-dark`);
    // The heading of a column of the list behind it is the same word in both languages.
    expect((await untranslated(page)).filter((text) => text !== 'EPSS')).toEqual([]);
    await dialog.getByRole('button', { name: say('ja', exception, 'submit') }).click();
    await page.getByRole('article', { name: say('ja', job, 'own') }).getByText(say('ja', job, 'state.done')).waitFor({ timeout: 30_000 });
    const made = (await (await server.api.get('/api/v1/exceptions')).json()) as { items: { ids?: string[]; state: string }[] };
    expect(made.items.flatMap((one) => one.ids ?? [])).toHaveLength(total);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(LANGUAGES)('J16 (%s): an export has all rows that the screen counts, by its filter, and no formula', async (language) => {
    const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'light' });
    await opened(page, '/images?filter=decision:deny');
    const shown = Number(/\d+/.exec(await page.locator('.bh-count').innerText())?.[0]);
    const csv = await exported(page, language, say(language, ways, 'format.csv'));
    await shot(page, `${STORE}-export-done-${language}`);
    await accessible(page, 'an export that is done');
    const [about = '', head = '', ...rows] = csv.trim().split(/\r?\n/);
    expect(about.startsWith('#')).toBe(true);
    expect(about).toContain('decision:deny');
    expect(rows).toHaveLength(shown);
    const columns = head.split(',');
    expect(rows.every((row) => row.split(',')[columns.indexOf('decision')] === 'deny')).toBe(true);
    const lines = (await exported(page, language, say(language, ways, 'format.jsonl'))).trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ export: 'images', filter: 'decision:deny' });
    expect(lines.length - 1).toBe(shown);

    await page.goto('/packages?filter=name:"=cmd()"');
    await settled(page);
    const packages = await exported(page, language, say(language, ways, 'format.csv'));
    expect(packages).toContain('"\'=cmd()"');
    expect(complaints).toEqual([]);
    await close();
  });

  test('J16: findings of an image as SARIF, with the severities of the screen', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await opened(page, `/images/${digest(15)}?tab=vulnerabilities`);
    const shown = Number(/\d+/.exec(await page.locator('.bh-count').innerText())?.[0]);
    const sarif = JSON.parse(await exported(page, 'en', say('en', ways, 'findings', { format: say('en', ways, 'format.sarif') }))) as { version: string; runs: { results: { ruleId: string }[] }[] };
    expect(sarif.version).toBe('2.1.0');
    expect(sarif.runs[0]?.results).toHaveLength(shown);
    expect(say('en', detail, 'tab.vulnerabilities')).not.toBe('');
    expect(complaints).toEqual([]);
    await close();
  });

  test('values of filters are suggested as one types, by the keyboard alone', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await opened(page, '/images');
    const field = page.getByRole('combobox', { name: say('en', table, 'search') });
    await field.focus();
    await field.pressSequentially('repository:shop/service-0', { delay: 30 });
    await page.getByRole('option', { name: /^repository:shop\/service-04/ }).waitFor();
    await accessible(page, 'suggestions of values');
    await shot(page, `${STORE}-suggestions`);
    await field.press('ArrowDown');
    const marked = await field.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${marked ?? ''}"]`).getAttribute('aria-selected')).toBe('true');
    await field.press('Tab');
    await page.waitForURL((url) => url.searchParams.get('filter') === 'repository:shop/service-04');
    await settled(page);
    await page.getByText(say('en', table, 'count.all', { count: 1 }), { exact: true }).waitFor();
    // What stands in a row can be marked without opening what it leads to.
    const link = page.locator('tr[data-row="0"] a').first();
    const box = await link.boundingBox();
    if (!box) throw new Error('no row');
    await page.mouse.move(box.x + 4, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, box.y + box.height / 2, { steps: 5 });
    await page.mouse.up();
    expect((await page.evaluate(() => getSelection()?.toString() ?? '')).length).toBeGreaterThan(5);
    expect(new URL(page.url()).pathname).toBe('/images');
    await page.evaluate(() => { getSelection()?.removeAllRanges(); });
    await link.click();
    await page.waitForURL(/\/images\/sha256/);
    expect(complaints).toEqual([]);
    await close();
  });

  test('columns are as wide as they are made, stand where they are moved, and stay so over a reload', async () => {
    // The menu has a row for every column.
    const { page, complaints, close } = await visit(browser, server.origin, { ...EN, height: 1300 });
    await opened(page, '/images?cols=decision,critical,os');
    const [name, verdict, critical, os] = [say('en', images, 'column.name'), say('en', images, 'column.decision'), say('en', images, 'column.critical'), say('en', images, 'column.os')];
    const edge = (column: string) => page.getByRole('separator', { name: say('en', table, 'column.width', { column }), exact: true });
    const headings = () => page.locator('.bh-thead th').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    const widthOf = async (column: string) => (await page.getByRole('columnheader', { name: column, exact: true }).boundingBox())?.width ?? 0;
    const columns = () => new URL(page.url()).searchParams.get('cols') ?? '';
    const shows = async (text: RegExp, order: readonly string[]) => {
      await expect.poll(columns, PATIENT).toMatch(text);
      await expect.poll(headings, PATIENT).toEqual(order);
    };

    // By the keys: wider, and to the right, where the focus stays.
    await edge(verdict).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => edge(verdict).getAttribute('aria-valuenow'), PATIENT).toBe('12');
    await shows(/^decision:12,critical,os$/, [name, verdict, critical, os]);
    await page.keyboard.press('Shift+ArrowRight');
    await shows(/^critical,decision:12,os$/, [name, critical, verdict, os]);
    await expect.poll(() => edge(verdict).evaluate((one) => one === document.activeElement), PATIENT).toBe(true);

    // By the pointer, which takes the edge along.
    const before = await widthOf(critical);
    const grip = await edge(critical).boundingBox();
    if (!grip) throw new Error('no edge');
    const [x, y] = [grip.x + grip.width / 2, grip.y + grip.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 64, y, { steps: 8 });
    await page.mouse.up();
    await shows(/^critical:[\d.]+,decision:12,os$/, [name, critical, verdict, os]);
    const wide = await widthOf(critical);
    expect(Math.abs(wide - before - 64)).toBeLessThan(4);
    const dragged = columns().split(',')[0] ?? '';

    await page.reload();
    await settled(page);
    await shows(/^critical:[\d.]+,decision:12,os$/, [name, critical, verdict, os]);
    expect(Math.abs((await widthOf(critical)) - wide)).toBeLessThan(2);

    // By the menu, for whoever drags nothing: what it offers is large enough to be met.
    const openMenu = page.getByRole('button', { name: say('en', table, 'columns'), exact: true });
    await openMenu.click();
    const menu = page.getByRole('menu');
    const action = (key: 'column.left' | 'column.wider', column: string) => menu.getByRole('button', { name: say('en', table, key, { column }), exact: true });
    await action('column.wider', verdict).waitFor();
    await accessible(page, 'the menu of columns');
    await shot(page, `${STORE}-columns`);
    const size = await action('column.wider', verdict).boundingBox();
    expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(24);
    await action('column.left', verdict).click();
    await shows(new RegExp(`^decision:12,${dragged},os$`), [name, verdict, critical, os]);
    await action('column.wider', verdict).click();
    await expect.poll(() => edge(verdict).getAttribute('aria-valuenow'), PATIENT).toBe('14');
    await menu.getByRole('checkbox', { name: os, exact: true }).click();
    await shows(new RegExp(`^decision:14,${dragged}$`), [name, verdict, critical]);
    await accessible(page, 'the menu of columns, with one hidden');

    // A browser keeps it for the next visit; the usual ones come back by the menu.
    await page.goto('/images');
    await settled(page);
    await shows(/^$/, [name, verdict, critical]);
    await openMenu.click();
    await menu.getByRole('menuitem', { name: say('en', table, 'columns.usual'), exact: true }).click();
    await expect.poll(headings, PATIENT).toContain(say('en', images, 'column.evaluated'));
    expect(complaints).toEqual([]);
    await close();
  });

  test('an exception tells which images it would cover and whose verdict changes, before anybody asks for it', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await opened(page, `/images/${digest(6)}?why=${digest(6)}`);
    await page.locator('aside.bh-drawer').getByRole('button', { name: /^Request exception: / }).first().click();
    const preview = page.getByRole('region', { name: say('en', exception, 'matches.title') });
    await preview.getByText(/^Covers something in 1 image/).waitFor();
    await page.getByRole('dialog').getByLabel(say('en', exception, 'place')).selectOption('everywhere');
    await preview.getByText(/^Covers something in (?!1 )\d+ images/).waitFor();
    await accessible(page, 'the preview of an exception');
    await shot(page, `${STORE}-exception-preview`);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a dry run over all images goes on as a job, with its own page', async () => {
    const policy = String((await post(server, '/api/v1/policies', { document: POLICY.replace('prod-images', 'second') })).id);
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'ja', theme: 'dark' });
    await opened(page, `/policies/${policy}/edit`);
    const text = page.getByLabel(say('ja', policies, 'source'));
    await text.fill((await text.inputValue()) + NOBODY);
    await page.getByRole('button', { name: say('ja', policies, 'effect.all') }).click();
    const link = page.getByRole('link', { name: say('ja', policies, 'trial.open') });
    await link.waitFor();
    const [beside] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await beside.getByRole('heading', { name: say('ja', policies, 'trial.title') }).waitFor();
    await beside.getByText(/判定/).first().waitFor();
    await beside.locator('progress').waitFor({ state: 'hidden', timeout: 60_000 });
    await beside.locator('tr[data-row="0"] a').first().waitFor();
    await settled(beside);
    await accessible(beside, 'a dry run');
    expect(await untranslated(beside)).toEqual([]);
    await shot(beside, `${STORE}-dry-run-ja-dark`);
    await server.api.delete(`/api/v1/policies/${policy}`);
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(LANGUAGES)('registries of clouds ask for what their credentials have (%s)', async (language) => {
    const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'light', height: 1100 });
    const word = (key: Parameters<typeof say<(typeof registries)['en']>>[2], values = {}) => say(language, registries, key, values);
    await opened(page, '/registries/new');
    await page.getByRole('radio', { name: 'Amazon ECR' }).check();
    await page.getByRole('button', { name: word('next') }).click();
    await page.getByLabel(word('field.name')).fill(`ecr-${language}`);
    await page.getByLabel(word('field.address')).fill('123456789012.dkr.ecr.eu-west-1.amazonaws.com');
    await page.getByRole('combobox', { name: word('field.credential') }).selectOption('aws_keys');
    await page.getByText(word('help.region.told', { region: 'eu-west-1' })).waitFor();
    await page.getByLabel(word('field.accessKey')).fill('AKIDEXAMPLE');
    await page.getByLabel(word('field.secretKey')).fill('not a key');
    await page.getByLabel(word('field.roleArn')).fill('arn:aws:iam::123456789012:role/scan');
    await page.getByLabel(word('field.externalId')).fill('bulkhead');
    await accessible(page, 'the credential of Amazon ECR');
    await shot(page, `${STORE}-registry-aws-${language}`);
    if (language === 'ja') expect(await untranslated(page)).toEqual([]);
    await page.getByRole('button', { name: word('next') }).click();
    await page.getByLabel(word('field.isEnabled')).uncheck();
    await page.getByRole('button', { name: word('new.save') }).click();
    await page.getByText(word('fact.credential', { type: word('credential.aws_keys') })).waitFor();
    const { items } = (await (await server.api.get('/api/v1/registries')).json()) as { items: { name: string; credential_type: string }[] };
    expect(items.find((one) => one.name === `ecr-${language}`)?.credential_type).toBe('aws_keys');

    for (const [kind, type] of [['Google Artifact Registry', 'google_key'], ['Azure Container Registry', 'azure_secret']] as const) {
      await page.goto('/registries/new');
      await page.getByRole('radio', { name: kind }).check();
      await page.getByRole('button', { name: word('next') }).click();
      await page.getByRole('combobox', { name: word('field.credential') }).selectOption(type);
      await accessible(page, `the credential ${type}`);
      await shot(page, `${STORE}-registry-${type}-${language}`);
    }
    expect(complaints).toEqual([]);
    await close();
  });

  test('J12: a new advisory comes, every image is judged again, and its link opens after signing in', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await opened(page, '/system/intelligence');
    await server.publish(laterFeed());
    await post(server, '/api/v1/intelligence/refresh', {});
    await expect.poll(async () => ((await (await server.api.get(`/api/v1/images?limit=1&filter=vulnerability:${LATER.alias}`)).json()) as { total: number }).total, { timeout: 60_000 }).toBe(IMAGES);
    await page.goto('/vulnerabilities?sort=-first_seen');
    await page.locator('tr[data-row="0"]').getByRole('link', { name: LATER.alias, exact: true }).waitFor();
    await page.goto('/images?filter=decision:deny');
    await settled(page);
    await page.getByText(say('en', table, 'count.all', { count: IMAGES })).waitFor();
    await shot(page, `${STORE}-new-advisory`);
    const other = await visit(browser, server.origin, { language: 'ja', theme: 'dark' });
    await opened(other.page, `/vulnerabilities/${LATER.alias}`);
    expect(new URL(other.page.url()).pathname).toBe(`/vulnerabilities/${LATER.alias}`);
    await settled(other.page);
    await shot(other.page, `${STORE}-new-advisory-ja-dark`);
    expect([...complaints, ...other.complaints]).toEqual([]);
    await other.close();
    await close();
  });

  for (const [language, theme] of [['en', 'dark'], ['ja', 'light']] as [Language, Theme][]) {
    test(`J24: 400 % zoom, forced colors, and live regions that do not chatter (${language}, ${theme})`, async () => {
      // 1280 pixels at 400 % are 320.
      const { page, complaints, close } = await visit(browser, server.origin, { language, theme, width: 320, height: 640 });
      await opened(page, '/images');
      await fitting(page, 'images');
      await page.getByRole('button', { name: say(language, ways, 'open'), exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await fitting(page, 'the export dialog');
      await accessible(page, 'the export dialog, narrow');
      await shot(page, `${STORE}-export-narrow-${language}-${theme}`);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: say(language, table, 'select.all', { count: IMAGES }) }).click();
      await page.getByRole('button', { name: say(language, images, 'bulk.delete'), exact: true }).click();
      await page.getByRole('dialog').waitFor();
      await fitting(page, 'the bulk dialog');
      await accessible(page, 'the bulk dialog, narrow');
      await shot(page, `${STORE}-bulk-narrow-${language}-${theme}`);
      await page.keyboard.press('Escape');
      await page.goto('/me?tab=jobs');
      await settled(page);
      await fitting(page, 'my jobs');
      await shot(page, `${STORE}-me-jobs-narrow-${language}-${theme}`);

      await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
      await page.goto('/images');
      await settled(page);
      // Shapes carry what colors no longer say, and the focus is still to be seen.
      await page.locator('tr[data-row] .bh-why-link svg').first().waitFor();
      await page.locator('tr[data-row="0"] a').first().focus();
      expect(await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)).not.toBe('none');
      const moving = await page.evaluate(() =>
        document.getAnimations().filter((one) => Number(one.effect?.getComputedTiming().duration) > 20).map((one) => (one.effect instanceof KeyframeEffect ? (one.effect.target?.outerHTML.slice(0, 120) ?? '') : '')));
      expect(moving).toEqual([]);
      await shot(page, `${STORE}-forced-colors-${language}-${theme}`);
      // Rows are no live region: only the count and the news are.
      expect(await page.evaluate(() => document.querySelector('.bh-rows')?.closest('[aria-live], [role="status"], [role="alert"]'))).toBeNull();
      expect(complaints).toEqual([]);
      await close();
    });
  }

  test('errors of an export and a bulk action stand where one looks, in words', async () => {
    const { page, close } = await visit(browser, server.origin, { language: 'ja', theme: 'light' });
    await opened(page, '/images');
    await page.route('**/api/v1/images/export', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ code: 'request.rate_limited', status: 503, title: 'busy' }) }));
    await page.getByRole('button', { name: say('ja', ways, 'open'), exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: say('ja', ways, 'submit'), exact: true }).click();
    await page.getByRole('dialog').locator('.bh-problem').waitFor();
    await accessible(page, 'an export that failed');
    await shot(page, `${STORE}-export-error-ja`);
    await page.goto('/images?job=00000000-0000-0000-0000-000000000000');
    await page.locator('.bh-own-job .bh-problem').waitFor({ timeout: 20_000 });
    await accessible(page, 'a job that is not one of mine');
    await shot(page, `${STORE}-own-job-missing-ja`);
    expect(say('ja', parts, 'retry')).not.toBe('');
    expect(say('ja', me, 'tab.jobs')).not.toBe('');
    await close();
  });
});

async function opened(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await signIn(page);
  await page.locator('#main h1').first().waitFor();
  await settled(page);
}

/** Exports what the page shows, and reads the file that the browser was given. */
async function exported(page: Page, language: Language, format: string): Promise<string> {
  await page.getByRole('button', { name: say(language, ways, 'open'), exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: format, exact: true }).check();
  await accessible(page, 'the export dialog');
  const download = page.waitForEvent('download', { timeout: 60_000 });
  await dialog.getByRole('button', { name: say(language, ways, 'submit'), exact: true }).click();
  const path = await (await download).path();
  await page.getByRole('article', { name: say(language, job, 'own') }).first().getByRole('link', { name: say(language, job, 'own.download') }).waitFor();
  return readFileSync(path, 'utf8');
}

/** Nothing is wider than the window but what scrolls by itself. */
async function fitting(page: Page, where: string): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
  expect(wide, `${where} is wider than its window`).toBe(false);
}
