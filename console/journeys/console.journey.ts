// The console in a real browser against the real server. BULKHEAD_STORE names the store, BULKHEAD_PROGRAMS the folder of the
// programs; `scripts/console journeys` runs all of it with both stores.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messages as frame } from '../src/frame/messages';
import type { Language } from '../src/i18n/format';
import { messages as detail } from '../src/pages/images/detail/messages';
import { messages as images } from '../src/pages/images/list/messages';
import { messages as login } from '../src/pages/login/messages';
import { messages as setup } from '../src/pages/setup/messages';
import { messages as edit } from '../src/parts/edit/messages';
import { messages as parts } from '../src/parts/messages';
import { messages as scan } from '../src/parts/scan/messages';
import { messages as table } from '../src/parts/table/messages';
import { messages as view } from '../src/parts/views/dialog/messages';
import { messages as views } from '../src/parts/views/messages';
import { messages as why } from '../src/parts/why/messages';
import sentences from '../../content/messages/en.json';
import sentencesJa from '../../content/messages/ja.json';
import { accessible, launch, settled, shot, signIn, visit, type Theme } from './browser';
import { HOSTILE, IMAGES, digest, image } from './data';
import { ADMIN, fill, post, startServer, type Server, type StoreName } from './server';
import { say } from './words';

const STORE: StoreName = process.env.BULKHEAD_STORE === 'postgresql' ? 'postgresql' : 'sqlite';
const PROGRAMS = process.env.BULKHEAD_PROGRAMS ?? '';
const LANGUAGES: readonly Language[] = ['en', 'ja'];
const THEMES: readonly Theme[] = ['light', 'dark'];
const DEVELOPER = { name: 'dev', password: 'another long password' };
/** `vite preview` answers where the server behind it does not. */
const IS_PREVIEW = Boolean(process.env.BULKHEAD_PREVIEW);

let server: Server;
let browser: Browser;

beforeAll(async () => {
  server = await startServer(PROGRAMS, STORE);
  browser = await launch();
});

afterAll(async () => {
  // Where the server did not start, that failure is the one to tell.
  await (browser as Browser | undefined)?.close();
  await (server as Server | undefined)?.remove();
});

describe(`with ${STORE}`, () => {
  test('the set-up link makes the first user, whose first page says what to do', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    const link = new URL(server.setupLink);
    await page.goto(`${link.pathname}${link.hash}`);
    await page.getByLabel(say('en', setup, 'name')).fill(ADMIN.name);
    await page.getByLabel(say('en', setup, 'password'), { exact: false }).first().fill(ADMIN.password);
    await page.getByLabel(say('en', setup, 'repeat')).fill('something else');
    await accessible(page, 'the first set-up');
    await page.getByRole('button', { name: say('en', setup, 'submit') }).click();
    await page.getByText(say('en', setup, 'repeat.differs')).waitFor();
    await page.getByLabel(say('en', setup, 'repeat')).fill(ADMIN.password);
    await page.getByRole('button', { name: say('en', setup, 'submit') }).click();
    await page.locator('.bh-empty pre').waitFor();
    await accessible(page, 'home without images');
    await shot(page, `${STORE}-home-empty`);
    await page.goto('/images');
    await page.getByText(say('en', scan, 'images.none')).waitFor();
    await shot(page, `${STORE}-images-empty`);
    expect(complaints).toEqual([]);
    await close();
    await fill(server);
  });

  test.each(LANGUAGES)('J01 (%s): signing in leads to where one wanted to be, and tells nothing of names', async (language) => {
    const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'light' });
    await page.goto('/images');
    await page.waitForURL(/\/login\?next=/);
    await page.getByLabel(say(language, login, 'name')).fill('nobody');
    await page.getByLabel(say(language, login, 'password')).fill('wrong password');
    await page.getByRole('button', { name: say(language, login, 'submit') }).click();
    const refused = (language === 'ja' ? sentencesJa : sentences)['problem.access.login_refused'];
    await page.getByText(refused).waitFor();
    await accessible(page, 'the refused log-in');
    await signIn(page);
    await page.waitForURL((url) => url.pathname === '/images');
    expect(complaints).toEqual([]);
    await close();
  });

  test('J10: an application scope hides what is not of it', async () => {
    const scope = await post(server, '/api/v1/scopes', { name: 'shop', variables: [{ attribute: 'image.repository', value: 'shop/*' }] });
    const role = await post(server, '/api/v1/roles', { name: 'shop developer', permissions: ['images.read', 'findings.read', 'verdicts.read'], scopes: [scope.id] });
    const made = await post(server, '/api/v1/users', { name: DEVELOPER.name, roles: [role.id] });
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto('/images');
    await page.locator('input[name=username]').fill(DEVELOPER.name);
    await page.locator('input[name=password]').fill(String(made.password));
    await page.getByRole('button', { name: say('en', login, 'submit') }).click();
    // The password was made by somebody else.
    await page.getByLabel(say('en', parts, 'password.current')).fill(String(made.password));
    await page.getByLabel(say('en', parts, 'password.new')).first().fill(DEVELOPER.password);
    await page.getByLabel(say('en', parts, 'password.repeat')).fill(DEVELOPER.password);
    await accessible(page, 'the forced change of the password');
    await page.getByRole('button', { name: say('en', parts, 'password.submit') }).click();
    await page.getByLabel(say('en', parts, 'password.repeat')).waitFor({ state: 'hidden' });
    // A scope that was just made finds its images in a moment, and a list does not grow by itself.
    const found = async () => ((await (await page.request.get('/api/v1/images?limit=1')).json()) as { total: number }).total;
    await expect.poll(found, { timeout: 30_000 }).toBe(IMAGES / 4);
    await page.reload();
    await settled(page);
    await page.getByText(say('en', table, 'count.all', { count: IMAGES / 4 })).waitFor();
    const names = await page.locator('tr[data-row] td:first-child').allInnerTexts();
    expect(names.every((name) => name.includes('/shop/'))).toBe(true);
    await page.goto(`/images/${digest(1)}`);
    await page.getByText(sentences['problem.request.not_found']).waitFor();
    expect((await page.request.get(`/api/v1/images/${digest(1)}`)).status()).toBe(404);
    expect(complaints).toEqual([]);
    await close();
  });

  test('J15: the address is the state, for a colleague too', async () => {
    const one = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await one.page.goto('/images');
    await signIn(one.page);
    await settled(one.page);
    await one.page.getByRole('button', { name: say('en', images, 'column.decision') }).first().click();
    await one.page.getByRole('menuitem', { name: say('en', parts, 'decision.deny') }).or(one.page.getByRole('menuitemcheckbox', { name: say('en', parts, 'decision.deny') })).first().click();
    await one.page.keyboard.press('Escape');
    await one.page.waitForURL(/filter=decision:deny/);
    await one.page.getByRole('button', { name: say('en', images, 'column.name'), exact: true }).click();
    await one.page.waitForURL(/sort=name/);
    await settled(one.page);
    await one.page.locator('tr[data-row="0"] .bh-why-link').click();
    await one.page.getByRole('heading', { name: say('en', why, 'failed') }).waitFor();
    const address = one.page.url();
    const rows = await one.page.locator('tr[data-row] td:first-child').allInnerTexts();
    expect(one.complaints).toEqual([]);

    const other = await visit(browser, server.origin, { language: 'ja', theme: 'dark' });
    await other.page.goto(address);
    await signIn(other.page);
    await other.page.getByRole('heading', { name: say('ja', why, 'failed') }).waitFor();
    await settled(other.page);
    expect(other.page.url()).toBe(address);
    expect(await other.page.locator('tr[data-row] td:first-child').allInnerTexts()).toEqual(rows);
    await other.page.goto(address.replace('decision:deny', 'decision:deny+color:red'));
    const chip = say('ja', table, 'term.unknown', { term: 'color:red' });
    await other.page.getByText(chip).waitFor();
    await other.page.getByRole('button', { name: say('ja', table, 'term.remove', { term: chip }) }).click();
    await other.page.waitForURL((url) => url.searchParams.get('filter') === 'decision:deny');
    await other.page.goBack();
    await other.page.getByText(chip).waitFor();
    await other.page.goBack();
    expect(other.complaints).toEqual([]);
    await one.close();
    await other.close();
  });

  test('J15: a view that was saved shows the list so again, wherever one signs in', async () => {
    const one = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await one.page.goto('/images?filter=decision:deny&sort=name');
    await signIn(one.page);
    await settled(one.page);
    await one.page.getByRole('button', { name: say('en', views, 'menu'), exact: true }).click();
    await one.page.getByRole('menuitem', { name: say('en', views, 'save.open') }).click();
    const dialog = one.page.getByRole('dialog');
    await dialog.getByLabel(say('en', view, 'name')).fill('Denied by name');
    await accessible(one.page, 'the dialog that saves a view');
    await shot(one.page, `${STORE}-view-save`);
    await dialog.getByRole('button', { name: say('en', view, 'save'), exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(one.complaints).toEqual([]);

    const other = await visit(browser, server.origin, { language: 'ja', theme: 'dark' });
    await other.page.goto('/images');
    await signIn(other.page);
    await settled(other.page);
    await other.page.getByRole('button', { name: say('ja', views, 'menu'), exact: true }).click();
    await other.page.getByRole('menuitem', { name: 'Denied by name' }).click();
    await other.page.waitForURL((url) => url.searchParams.get('filter') === 'decision:deny' && url.searchParams.get('sort') === 'name');
    await other.page.getByRole('button', { name: say('ja', views, 'menu'), exact: true }).click();
    await other.page.getByRole('menuitem', { name: say('ja', views, 'manage.open') }).click();
    await accessible(other.page, 'the views of a list');
    await shot(other.page, `${STORE}-views-ja-dark`);
    await other.page.getByRole('button', { name: say('ja', view, 'remove', { name: 'Denied by name' }) }).click();
    await other.page.getByText(say('ja', view, 'none')).first().waitFor();
    expect(other.complaints).toEqual([]);
    await one.close();
    await other.close();
  });

  test('J22: a Japanese reader, without any setting', async () => {
    const { page, context, complaints, close } = await visit(browser, server.origin, { language: 'ja', theme: 'light' });
    await page.goto('/images');
    await signIn(page);
    await settled(page);
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    await page.getByText(say('ja', table, 'count.all', { count: IMAGES }), { exact: true }).waitFor();
    const exact = await page.locator('tr[data-row] time').first().getAttribute('title');
    expect(exact).toMatch(/^\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2} \(/);

    // While the input method converts nothing is asked, and the Enter that ends it sends nothing.
    const field = page.getByRole('combobox', { name: say('ja', table, 'search') });
    await field.focus();
    const asked: string[] = [];
    page.on('request', (request) => { if (request.url().includes('/api/v1/images?')) asked.push(request.url()); });
    const devtools = await context.newCDPSession(page);
    await devtools.send('Input.imeSetComposition', { text: 'どっかー', selectionStart: 4, selectionEnd: 4 });
    await page.waitForTimeout(600);
    expect(asked).toEqual([]);
    await devtools.send('Input.insertText', { text: 'ドッカー' });
    await page.getByText(say('ja', table, 'nothing.matches'), { exact: true }).waitFor();
    expect(asked).toHaveLength(1);

    await page.goto('/vulnerabilities');
    await settled(page);
    await page.getByRole('combobox', { name: say('ja', table, 'search') }).fill('ＣＶＥ－２０２４－１０００');
    await page.waitForURL((url) => url.searchParams.get('filter') === 'CVE-2024-1000');
    await settled(page);
    await page.getByRole('link', { name: 'CVE-2024-1000', exact: true }).waitFor();
    await page.getByText(say('ja', table, 'count.all', { count: 1 }), { exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('J25: a slow server leaves the frame, the old rows and what was typed', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto('/images');
    await signIn(page);
    await settled(page);
    const asked: string[] = [];
    await page.route('**/api/v1/images?*', async (route) => {
      asked.push(route.request().url());
      await new Promise((resolve) => setTimeout(resolve, 7000));
      // A request that the page gave up has nobody to answer to.
      await route.continue().catch(() => undefined);
    });
    // When each letter came to the page: a machine that is busy pauses in between as a person does.
    await page.evaluate(() => {
      const typedAt: number[] = [];
      Object.assign(window, { typedAt });
      document.addEventListener('input', () => { typedAt.push(performance.now()); }, true);
    });
    await page.getByRole('combobox', { name: say('en', table, 'search') }).pressSequentially('billing', { delay: 40 });
    await page.locator('.bh-rows-old tr[data-row] a').first().waitFor();
    await page.getByText(/^Still working/).first().waitFor({ timeout: 8000 });
    await shot(page, `${STORE}-images-slow`);
    await settled(page);
    await page.getByText(say('en', table, 'count.all', { count: IMAGES / 4 })).waitFor();
    const typedAt = await page.evaluate(() => (window as unknown as { typedAt: number[] }).typedAt);
    expect(typedAt.length).toBe('billing'.length);
    // What is typed without a pause (`TYPING_MS` of the field) is asked once.
    const pauses = typedAt.filter((at, place) => place > 0 && at - (typedAt[place - 1] ?? at) >= 149).length;
    expect(asked.length).toBeLessThanOrEqual(1 + pauses);
    expect(complaints).toEqual([]);
    await close();
  });

  test.skipIf(IS_PREVIEW)('J26: the server goes away and comes back', async () => {
    const { page, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto('/images');
    await signIn(page);
    await settled(page);
    await page.getByRole('combobox', { name: say('en', table, 'search') }).fill('name:registry.example/shop/*');
    await page.waitForURL(/filter=/);
    await settled(page);
    await server.stop();
    await page.getByRole('button', { name: say('en', table, 'reload') }).click();
    await page.getByText(say('en', frame, 'note.offline')).waitFor({ timeout: 30_000 });
    await shot(page, `${STORE}-offline`);
    await server.start();
    // Nobody does anything: the stream comes back, and what failed is asked anew.
    await page.getByText(say('en', frame, 'note.offline')).waitFor({ state: 'hidden', timeout: 60_000 });
    await page.locator('.bh-problem').waitFor({ state: 'hidden', timeout: 60_000 });
    await settled(page);
    await page.getByText(say('en', table, 'count.all', { count: IMAGES / 4 })).waitFor();
    expect(await page.getByRole('combobox', { name: say('en', table, 'search') }).inputValue()).toBe('name:registry.example/shop/*');
    await close();
  });

  test.skipIf(IS_PREVIEW)('J26: the server is away, and one opens another page and a dialog', async () => {
    const { page, close } = await visit(browser, server.origin, { language: 'ja', theme: 'light' });
    const complaint = { title: say('ja', frame, 'missing.title'), text: say('ja', frame, 'missing.part.offline') };
    await page.goto('/access/groups/new');
    await signIn(page);
    await settled(page);
    const name = page.locator('#main input').first();
    await name.fill('担当者');
    await server.stop();
    // Its code was never asked for: the page that is shown stays, with what was typed and its address.
    await page.locator('nav a[href="/jobs"]').click();
    const dialog = page.getByRole('dialog', { name: complaint.title });
    await dialog.getByText(complaint.text).waitFor({ timeout: 30_000 });
    await accessible(page, 'a page that did not come');
    await shot(page, `${STORE}-page-away`);
    expect(new URL(page.url()).pathname).toBe('/access/groups/new');
    await dialog.getByRole('button', { name: say('ja', frame, 'sign_out.again') }).click();
    await dialog.getByText(complaint.text).waitFor();
    await dialog.getByRole('button', { name: say('ja', parts, 'cancel'), exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await name.inputValue()).toBe('担当者');
    // So does it below a dialog.
    await page.keyboard.press('Control+K');
    await page.getByRole('dialog', { name: say('ja', frame, 'missing.part') }).getByText(complaint.text).waitFor();
    await server.start();
    // Nobody does anything: the dialog opens once the server is back.
    await page.getByRole('dialog', { name: say('ja', frame, 'missing.part') }).waitFor({ state: 'hidden', timeout: 60_000 });
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await name.inputValue()).toBe('担当者');
    // What is typed is asked about before the page is left, now that the other one comes.
    await page.locator('nav a[href="/jobs"]').click();
    await page.getByRole('dialog').getByRole('button', { name: say('ja', edit, 'leave.action') }).click();
    await page.waitForURL(/\/jobs$/);
    await settled(page);
    await close();
  });

  test('what is new waits until the reader asks for it', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto('/images?sort=-registered');
    // The stream tells what happens from its beginning on.
    const stream = page.waitForResponse((answer) => answer.url().includes('/api/v1/events/stream') && answer.ok());
    await signIn(page);
    await settled(page);
    await stream;
    const first = await page.locator('tr[data-row="0"] a').first().innerText();
    const { reference, index } = image(IMAGES + 1);
    const origin = { repository: 'https://git.example/shop/api', commit: 'ab12cd34', build: 'https://ci.example/shop/api/17' };
    await post(server, `/api/v1/images?${new URLSearchParams({ reference, ...origin }).toString()}`, index);
    const news = page.getByRole('button', { name: /· Show$/ });
    await news.waitFor();
    expect(await page.locator('tr[data-row="0"] a').first().innerText()).toBe(first);
    await news.click();
    await page.getByRole('link', { name: reference }).click();
    // From whatever is found in it, the way leads to what it was built of.
    await page.getByRole('tab', { name: say('en', detail, 'tab.vulnerabilities') }).click();
    for (const address of [origin.repository, origin.build]) {
      expect(await page.getByRole('link', { name: address }).getAttribute('href')).toBe(address);
    }
    await page.getByText(origin.commit).waitFor();
    expect((await server.api.delete(`/api/v1/images/${digest(IMAGES + 1)}`)).status()).toBe(204);
    expect(complaints).toEqual([]);
    await close();
  });

  test('J27: a session that ends is taken up where it was, and signing out ends it in every tab', async () => {
    const { page, context, complaints, close } = await visit(browser, server.origin, { language: 'ja', theme: 'light' });
    await page.goto('/images');
    await signIn(page);
    await settled(page);
    await page.getByRole('combobox', { name: say('ja', table, 'search') }).fill('name:registry.example/shop/*');
    await page.waitForURL(/filter=/);
    await settled(page);
    const ended = await page.request.delete('/api/v1/sessions/current', { headers: { origin: server.origin } });
    expect(ended.status()).toBe(204);
    await page.getByRole('button', { name: say('ja', table, 'reload') }).click();
    await page.getByText(say('ja', frame, 'session.title')).waitFor();
    await accessible(page, 'the end of the session');
    await shot(page, `${STORE}-session-ended`);
    await page.getByLabel(say('ja', frame, 'session.password', { name: ADMIN.name })).fill(ADMIN.password);
    await page.getByRole('button', { name: say('ja', frame, 'session.submit'), exact: true }).click();
    await page.getByText(say('ja', frame, 'session.title')).waitFor({ state: 'hidden' });
    await settled(page);
    expect(await page.getByRole('combobox', { name: say('ja', table, 'search') }).inputValue()).toBe('name:registry.example/shop/*');

    const second = await context.newPage();
    await second.goto('/packages');
    await settled(second);
    await second.getByRole('button', { name: say('ja', frame, 'account', { name: ADMIN.name }) }).click();
    await second.getByRole('menuitem', { name: say('ja', frame, 'account.sign_out') }).click();
    await second.waitForURL(/\/login/);
    await page.getByText(say('ja', frame, 'session.title')).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('J23: keys lead through the console', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'dark' });
    await page.goto('/');
    await signIn(page);
    await settled(page);
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL(/\/images$/);
    await page.locator('tr[data-row="0"] a').first().waitFor();
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.closest('tr[data-row="0"]'));
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.closest('tr[data-row="1"]'));
    await page.keyboard.press('w');
    await page.getByRole('heading', { name: say('en', why, 'failed') }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('why'));
    await page.keyboard.press('/');
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');
    await page.keyboard.type('sev');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type('hi');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('filter') === 'severity:high');
    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await accessible(page, 'the list of keys');
    await shot(page, `${STORE}-keys`);
    await page.keyboard.press('Escape');
    expect(complaints).toEqual([]);
    await close();
  });

  test('the reasons of a verdict tell which layer brought a finding, and where one asks what made that layer', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto(`/images?why=${digest(15)}`);
    await signIn(page);
    await settled(page);
    const drawer = page.locator('aside.bh-drawer');
    const layers = drawer.getByRole('link', { name: say('en', why, 'evidence.brought', { number: '0' }), exact: true });
    await layers.first().waitFor();
    const commands = drawer.locator('.bh-evidence').getByText('COPY app /app', { exact: true });
    expect(await commands.count()).toBe(0);
    const ask = drawer.getByRole('button', { name: say('en', why, 'layers.commands'), exact: true });
    await ask.click();
    await commands.first().waitFor();
    expect(await commands.count()).toBe(await layers.count());
    await ask.waitFor({ state: 'detached' });
    await accessible(page, 'the layers of what a verdict rests on');
    await shot(page, `${STORE}-why-layers`);
    await layers.first().click();
    await page.waitForURL((url) => decodeURIComponent(url.pathname) === `/images/${digest(15)}` && url.searchParams.get('tab') === 'layers' && url.searchParams.get('layer') === '0');
    await page.getByRole('tab', { name: say('en', detail, 'tab.layers'), selected: true }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('J30: names that would do harm are text', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await page.goto(`/images/${digest(7)}?tab=packages`);
    await signIn(page);
    await settled(page);
    const shown = HOSTILE.replace('\u202E', '\\u{202e}');
    await page.getByText(shown).first().waitFor();
    expect(await page.locator('td img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  const PLACES: readonly [name: string, path: string][] = [
    ['home', '/'],
    ['images', '/images'],
    ['images-why', `/images?why=${digest(15)}`],
    ['images-nothing', '/images?filter=name:nothing'],
    ['image-risk', `/images/${digest(15)}`],
    ['image-vulnerabilities', `/images/${digest(15)}?tab=vulnerabilities`],
    ['image-packages', `/images/${digest(15)}?tab=packages`],
    ['image-layers', `/images/${digest(15)}?tab=layers`],
    ['image-secrets', `/images/${digest(14)}?tab=secrets`],
    ['image-configuration', `/images/${digest(15)}?tab=configuration`],
    ['image-sbom', `/images/${digest(15)}?tab=sbom`],
    ['image-exceptions', `/images/${digest(15)}?tab=exceptions`],
    ['image-history', `/images/${digest(15)}?tab=history`],
    ['image-about', `/images/${digest(9)}?tab=about`],
    ['images-compare', `/images/compare?old=${digest(15)}&new=${digest(16)}`],
    ['images-compare-choose', `/images/compare?new=${digest(15)}`],
    ['search', '/search?q=lodash+4.17.11'],
    ['image-missing', `/images/${digest(999)}`],
    ['vulnerabilities', '/vulnerabilities'],
    ['vulnerability', '/vulnerabilities/CVE-2024-1000'],
    ['packages', '/packages'],
    ['nowhere', '/nowhere'],
  ];

  for (const language of LANGUAGES) {
    for (const theme of THEMES) {
      test(`every page can be used by everybody (${language}, ${theme})`, async () => {
        const { page, complaints, close } = await visit(browser, server.origin, { language, theme });
        await page.goto('/');
        await signIn(page);
        for (const [name, path] of PLACES) {
          await page.goto(path);
          await page.locator('h1, .bh-problem').first().waitFor();
          await settled(page);
          await accessible(page, `${name} (${language}, ${theme})`);
          await shot(page, `${STORE}-${name}-${language}-${theme}`);
          expect(complaints, name).toEqual([]);
        }
        await close();
      });
    }
  }

  test('narrow windows scroll sideways in tables alone', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'ja', theme: 'light', width: 320, height: 640 });
    await page.goto('/');
    await signIn(page);
    for (const [name, path] of PLACES) {
      await page.goto(path);
      await page.locator('h1, .bh-problem').first().waitFor();
      await settled(page);
      const wide = await page.evaluate(() => {
        const places = [document.documentElement, document.querySelector('#main')];
        if (!places.some((one) => one && one.scrollWidth > one.clientWidth + 1)) return [];
        const isInside = (element: Element) => element.closest('.bh-rows, .bh-scroll, .bh-command, [class*="tabs"]') !== null;
        const out = [...document.querySelectorAll('#main *')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !isInside(one));
        return out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
      });
      await shot(page, `${STORE}-${name}-narrow`);
      expect(wide, `${name} is wider than its window`).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});
