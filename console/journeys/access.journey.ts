// Who may do what, in a real browser against the real server: J10, J22, J23, J27 and J28 on the pages of administration.
import { createHmac } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import sentences from '../../content/messages/en.json';
import { messages as frame } from '../src/frame/messages';
import type { Language } from '../src/i18n/format';
import { messages as groups } from '../src/pages/access/groups/messages';
import { messages as scopes } from '../src/pages/access/scopes/messages';
import { messages as tokens } from '../src/pages/access/tokens/messages';
import { messages as users } from '../src/pages/access/users/messages';
import { messages as audit } from '../src/pages/audit/messages';
import { messages as login } from '../src/pages/login/messages';
import { messages as me } from '../src/pages/me/messages';
import { messages as confirmation } from '../src/parts/confirmation/messages';
import { messages as edit } from '../src/parts/edit/messages';
import { messages as ways } from '../src/parts/export/messages';
import { messages as parts } from '../src/parts/messages';
import { accessible, launch, settled, shot, visit, type Theme } from './browser';
import { digest } from './data';
import { begin, open, person, untranslated } from './people';
import { ADMIN, post, startServer, type Server, type StoreName } from './server';
import { say } from './words';

const STORE: StoreName = process.env.BULKHEAD_STORE === 'postgresql' ? 'postgresql' : 'sqlite';
const LANGUAGES: readonly Language[] = ['en', 'ja'];
const THEMES: readonly Theme[] = ['light', 'dark'];
const EN = { language: 'en', theme: 'light' } as const;

let server: Server;
let browser: Browser;
/** What the tests look at: ids by name. */
const ids: Record<'scope' | 'role' | 'user' | 'group' | 'integration', string> = { scope: '', role: '', user: '', group: '', integration: '' };

beforeAll(async () => {
  server = await startServer(process.env.BULKHEAD_PROGRAMS ?? '', STORE);
  await begin(server);
  browser = await launch();
  const id = (made: Record<string, unknown>) => String(made.id);
  ids.scope = id(await post(server, '/api/v1/scopes', { name: 'shop', variables: [{ attribute: 'image.repository', value: 'shop/*' }] }));
  ids.role = id(await post(server, '/api/v1/roles', { name: 'shop developer', permissions: ['images.read', 'findings.read', 'verdicts.read'], scopes: [ids.scope] }));
  const user = await post(server, '/api/v1/users', { name: 'sato', roles: [ids.role] });
  ids.user = id(user.user as Record<string, unknown>);
  ids.group = id(await post(server, '/api/v1/groups', { name: 'on call', members: [ids.user], roles: ['auditor'] }));
  await post(server, '/api/v1/tokens', { name: 'pipeline', permissions: ['images.write'] });
  const target = { kind: 'email', host: 'mail.example', port: 587, security: 'starttls', from: 'bulkhead@mail.example', to: ['ops@mail.example'] };
  ids.integration = id(await post(server, '/api/v1/integrations', { name: 'ops', target, topics: ['verdict.changed'] }));
});

afterAll(async () => {
  await browser.close();
  await server.remove();
});

describe(`access, with ${STORE}`, () => {
  test('J10: whoever is limited to a scope finds no way to the rights of others', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    const dev = await person(server, page, 'dev', [ids.role]);
    await open(page, '/images', dev);
    await settled(page);
    expect(await page.locator('nav a').allInnerTexts()).not.toContain(say('en', users, 'title'));
    for (const path of ['/access/users', '/access/roles', '/audit', '/integrations', '/system/settings', `/access/users/${ids.user}`]) {
      await page.goto(path);
      await page.getByRole('heading', { name: say('en', frame, 'forbidden.title') }).waitFor();
    }
    await accessible(page, 'a page that one may not see');
    await page.goto(`/images/${digest(1)}`);
    await page.getByText(sentences['problem.request.not_found']).waitFor();
    // A token of one's own offers what one holds, and never reaches further.
    await page.goto('/me?tab=tokens&token=new');
    await page.getByLabel(say('en', tokens, 'name')).fill('laptop');
    expect(await page.getByRole('checkbox', { name: 'Assurance policies: Change' }).isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Images: See' }).check();
    await page.getByRole('button', { name: say('en', tokens, 'create') }).click();
    await page.getByText(say('en', tokens, 'made.title', { name: 'laptop' })).waitFor();
    await accessible(page, 'a token of somebody who is limited to a scope');
    const mine = (await (await page.request.get('/api/v1/me/tokens')).json()) as { items: { name: string; permissions: string[] }[] };
    expect(mine.items.map(({ name, permissions }) => [name, permissions])).toEqual([['laptop', ['images.read']]]);
    expect((await page.request.get('/api/v1/users')).status()).toBe(403);
    expect(complaints).toEqual([]);
    await close();
  });

  test('a scope tells where its expression cannot be read, and who belongs to it', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await open(page, '/access/scopes/new');
    await page.getByLabel(say('en', scopes, 'name'), { exact: false }).first().fill('billing');
    await page.getByLabel(say('en', scopes, 'variable.value', { name: 'v1' })).fill('billing/*');
    await page.getByText(say('en', scopes, 'members.now', { count: 2 })).waitFor();
    await page.getByLabel(say('en', scopes, 'expression')).fill('v1 && v3');
    await page.getByRole('button', { name: say('en', scopes, 'create'), exact: true }).click();
    await page.getByText(say('en', scopes, 'expression.wrong', { position: 7 })).waitFor();
    await page.locator('.bh-problem').waitFor();
    // The sentence fades in; axe measures its color at rest.
    await page.waitForFunction(() => document.getAnimations().every((animation) => animation.playState !== 'running'));
    await accessible(page, 'a scope that cannot be read');
    await shot(page, `${STORE}-scope-wrong`);
    await page.getByLabel(say('en', scopes, 'expression')).fill('v1');
    await page.getByRole('button', { name: say('en', scopes, 'create'), exact: true }).click();
    await page.getByRole('heading', { name: 'billing', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(LANGUAGES)('the last administrator stays, and is told why (%s)', async (language) => {
    const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'light' });
    const own = (await (await server.api.get('/api/v1/me')).json()) as { id: string };
    await open(page, `/access/users/${own.id}`);
    await page.getByLabel(say(language, users, 'is_disabled')).check();
    await page.getByRole('button', { name: say(language, edit, 'save') }).click();
    await page.getByText(say(language, users, 'last_administrator')).waitFor();
    await accessible(page, 'the last administrator');
    expect(complaints).toEqual([]);
    await close();
  });

  test('J27: a session that ends in mid-edit keeps the draft, and signing out ends every tab', async () => {
    const { page, context, complaints, close } = await visit(browser, server.origin, EN);
    const helper = await person(server, page, 'helper', ['administrator']);
    await open(page, `/access/users/${ids.user}`, helper);
    const field = page.getByLabel(say('en', users, 'display_name'));
    await field.fill('Sato Hanako');
    expect((await server.api.delete(`/api/v1/users/${helper.id}/sessions`)).ok()).toBe(true);
    await page.getByRole('button', { name: say('en', edit, 'save') }).click();
    const dialog = page.getByRole('dialog', { name: say('en', frame, 'session.title') });
    await dialog.waitFor();
    await accessible(page, 'the end of a session');
    await shot(page, `${STORE}-session-ended`);
    await dialog.getByLabel(say('en', frame, 'session.password', { name: 'helper' })).fill(helper.password);
    await dialog.getByRole('button', { name: say('en', frame, 'session.submit'), exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(page.url()).toContain(`/access/users/${ids.user}`);
    expect(await field.inputValue()).toBe('Sato Hanako');
    await page.getByRole('button', { name: say('en', edit, 'save') }).click();
    await page.getByText(say('en', edit, 'saved'), { exact: true }).waitFor();

    const other = await context.newPage();
    await other.goto('/me');
    await other.locator('h1').waitFor();
    await page.getByRole('button', { name: say('en', frame, 'account', { name: 'helper' }) }).click();
    await page.getByRole('menuitem', { name: say('en', frame, 'account.sign_out') }).click();
    await page.waitForURL(/\/login/);
    await other.getByRole('dialog', { name: say('en', frame, 'session.title') }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test('J28: two who edit the same lose nothing of each other', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await open(page, `/access/groups/${ids.group}`);
    await page.getByLabel(say('en', groups, 'name'), { exact: false }).first().fill('night shift');
    await page.getByLabel(say('en', groups, 'description')).fill('mine');
    const path = `/api/v1/groups/${ids.group}`;
    const read = await server.api.get(path);
    const theirs = { ...((await read.json()) as Record<string, unknown>), description: 'theirs' };
    const { members, roles } = theirs as unknown as { members: string[]; roles: string[] };
    const put = await server.api.put(path, { data: { name: 'on call', description: 'theirs', members, roles }, headers: { 'if-match': read.headers().etag ?? '' } });
    expect(put.ok()).toBe(true);
    await page.getByRole('button', { name: say('en', edit, 'save') }).click();
    await page.getByText(say('en', edit, 'conflict.title')).waitFor();
    await page.locator('bdi', { hasText: 'theirs' }).waitFor();
    await accessible(page, 'a conflict');
    await shot(page, `${STORE}-conflict`);
    await page.getByRole('button', { name: say('en', edit, 'conflict.keep') }).click();
    await page.getByRole('button', { name: say('en', edit, 'save') }).click();
    await page.getByText(say('en', edit, 'saved'), { exact: true }).waitFor();
    expect(await (await server.api.get(path)).json()).toMatchObject({ name: 'night shift', description: 'mine' });
    expect(complaints).toEqual([]);
    await close();
  });

  test('J23: a user is made with the keyboard alone', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await open(page, '/images');
    await settled(page);
    const { keyboard } = page;
    await keyboard.press('g');
    await keyboard.press('u');
    await page.getByRole('heading', { name: say('en', users, 'title') }).waitFor();
    await tabTo(page, say('en', users, 'new'));
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: say('en', users, 'new') }).waitFor();
    await tabTo(page, say('en', users, 'name'));
    await keyboard.type('yamada');
    await tabTo(page, 'Developer');
    await keyboard.press('Space');
    await tabTo(page, say('en', users, 'create'));
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: say('en', users, 'created.title', { name: 'yamada' }) });
    await dialog.waitFor();
    await keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(true);
    await tabTo(page, say('en', parts, 'once.close'));
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'yamada', level: 1 }).waitFor();

    // Keys of one letter can be switched off.
    await page.goto('/me');
    await page.getByLabel(say('en', me, 'shortcuts')).uncheck();
    await page.locator('h1').click();
    await keyboard.press('g');
    await keyboard.press('u');
    // What comes later has been done when what was pressed after it has.
    await keyboard.press('Tab');
    await page.waitForFunction(() => document.activeElement !== document.body);
    expect(new URL(page.url()).pathname).toBe('/me');
    expect(complaints).toEqual([]);
    await close();
  });

  test('a second factor is taken into use, and asked for at the next log-in', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    const careful = await person(server, page, 'careful', ['developer']);
    await open(page, '/me?tab=signing_in', careful);
    await page.getByRole('button', { name: say('en', me, 'factor.begin') }).click();
    await page.getByRole('img', { name: say('en', me, 'factor.code_image') }).waitFor();
    await accessible(page, 'setting up a second factor');
    await shot(page, `${STORE}-second-factor`);
    const key = (await page.locator('.bh-key').innerText()).replaceAll(' ', '');
    await page.getByLabel(say('en', me, 'factor.code')).fill('000000');
    await page.getByRole('button', { name: say('en', me, 'factor.confirm') }).click();
    await page.locator('.bh-problem').waitFor();
    await page.getByLabel(say('en', me, 'factor.code')).fill(codeOf(key, Date.now()));
    await page.getByRole('button', { name: say('en', me, 'factor.confirm') }).click();
    await page.getByText(say('en', me, 'factor.on')).waitFor();
    await page.context().clearCookies();
    await page.goto('/login');
    await page.locator('input[name=username]').fill(careful.name);
    await page.locator('input[name=password]').fill(careful.password);
    await page.locator('button[type=submit]').click();
    // A code counts once: the next one is of the next half minute, which the server takes already.
    await page.getByLabel(say('en', login, 'code')).fill(codeOf(key, Date.now() + 30_000));
    await page.locator('button[type=submit]').click();
    await page.locator('#main.bh-main').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  test.each(LANGUAGES)('the chain of the audit trail is verified in words (%s)', async (language) => {
    const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'dark' });
    await open(page, '/audit?filter=object:group');
    await settled(page);
    await page.getByRole('button', { name: say(language, audit, 'verify') }).click();
    await page.getByText(new RegExp(say(language, audit, 'verify.whole', { first: 1, last: '…' }).split('…')[0] ?? '')).waitFor();
    await page.locator('tr[data-row="0"] a').click();
    await page.getByRole('heading', { name: say(language, audit, 'record.changes') }).waitFor();
    await accessible(page, 'a record');
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('record'));
    await page.getByRole('button', { name: say(language, ways, 'open'), exact: true }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: say(language, ways, 'stream') }).click()]);
    expect(file.suggestedFilename()).toBe('audit.csv');
    expect(complaints).toEqual([]);
    await close();
  });

  test('a password is asked for again where it was given long ago', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, EN);
    await open(page, '/access/groups/new');
    let isRefused = false;
    await page.route('**/api/v1/groups', async (route) => {
      if (route.request().method() !== 'POST' || isRefused) return route.continue();
      isRefused = true;
      return route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify({ status: 403, code: 'access.confirmation_needed', detail: '' }) });
    });
    await page.getByLabel(say('en', groups, 'name'), { exact: false }).first().fill('confirmed');
    await page.getByRole('button', { name: say('en', groups, 'create') }).click();
    const dialog = page.getByRole('dialog', { name: say('en', confirmation, 'title') });
    await dialog.getByLabel(say('en', confirmation, 'password', { name: ADMIN.name })).fill('wrong');
    await dialog.getByRole('button', { name: say('en', confirmation, 'action') }).click();
    await dialog.locator('input[aria-invalid="true"]').waitFor();
    await accessible(page, 'the password again');
    await dialog.getByLabel(say('en', confirmation, 'password', { name: ADMIN.name })).fill(ADMIN.password);
    await dialog.getByRole('button', { name: say('en', confirmation, 'action') }).click();
    await page.getByRole('heading', { name: 'confirmed', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  const places = (): readonly [name: string, path: string][] => [
    ['users', '/access/users'],
    ['user', `/access/users/${ids.user}`],
    ['user-new', '/access/users/new'],
    ['groups', '/access/groups'],
    ['group', `/access/groups/${ids.group}`],
    ['roles', '/access/roles'],
    ['roles-list', '/access/roles?view=list'],
    ['role', `/access/roles/${ids.role}`],
    ['role-preset', '/access/roles/developer'],
    ['role-new', '/access/roles/new?from=developer'],
    ['scopes', '/access/scopes'],
    ['scope', `/access/scopes/${ids.scope}`],
    ['tokens', '/access/tokens'],
    ['token-new', '/access/tokens/new'],
    ['user-missing', '/access/users/nobody'],
    ['audit', '/audit'],
    ['audit-record', '/audit?record=3'],
    ['audit-nothing', '/audit?filter=action:nothing'],
    ['audit-checkpoints', '/audit?tab=checkpoints'],
    ['integrations', '/integrations'],
    ['integration', `/integrations/${ids.integration}`],
    ['integration-new', '/integrations/new'],
    ['intelligence', '/system/intelligence'],
    ['settings', '/system/settings'],
    ['me', '/me'],
    ['me-signing-in', '/me?tab=signing_in'],
    ['me-sessions', '/me?tab=sessions'],
    ['me-tokens', '/me?tab=tokens'],
  ];

  for (const language of LANGUAGES) {
    for (const theme of THEMES) {
      test(`J22, J24: every page of administration can be used by everybody (${language}, ${theme})`, async () => {
        const { page, complaints, close } = await visit(browser, server.origin, { language, theme });
        await open(page, '/me');
        for (const [name, path] of places()) {
          await page.goto(path);
          await page.locator('h1, .bh-problem').first().waitFor();
          await settled(page);
          await accessible(page, `${name} (${language}, ${theme})`);
          if (language === 'ja') expect(await untranslated(page), name).toEqual([]);
          await shot(page, `${STORE}-${name}-${language}-${theme}`);
          expect(complaints, name).toEqual([]);
        }
        await close();
      });
    }
  }

  test('narrow windows of administration scroll sideways in tables alone', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'ja', theme: 'light', width: 320, height: 640 });
    await open(page, '/me');
    for (const [name, path] of places()) {
      await page.goto(path);
      await page.locator('h1, .bh-problem').first().waitFor();
      await settled(page);
      const overflow = await page.evaluate(() => [document.documentElement, document.querySelector('#main')].filter((one) => one && one.scrollWidth > one.clientWidth + 1).length);
      await shot(page, `${STORE}-${name}-narrow`);
      expect(overflow, `${name} is wider than its window`).toBe(0);
    }
    expect(complaints).toEqual([]);
    await close();
  });
});

/** Tabs until what has the focus is called so; the focus has to be seen. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate((wanted) => {
      const focused = document.activeElement;
      if (!(focused instanceof HTMLElement)) return null;
      const label = focused instanceof HTMLInputElement ? [...(focused.labels ?? [])].map((one) => one.innerText).join(' ') : focused.innerText;
      return label.trim().startsWith(wanted) ? getComputedStyle(focused).outlineStyle !== 'none' || focused instanceof HTMLInputElement : null;
    }, name);
    if (found === null) continue;
    expect(found, `the focus on ${name} is seen`).toBe(true);
    return;
  }
  throw new Error(`no way with the keyboard to ${name}`);
}

/** The code of a second factor at a time: HMAC-SHA-1 of the half minute (RFC 6238, RFC 4226). */
function codeOf(secret: string, time: number): string {
  const bits = Array.from(secret, (letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac[19] ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
