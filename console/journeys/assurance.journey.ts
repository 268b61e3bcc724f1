// Registries, jobs, policies and exceptions in a real browser against the real server.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Language } from '../src/i18n/format';
import { messages as exceptions } from '../src/pages/exceptions/messages';
import { messages as policies } from '../src/pages/policies/messages';
import { messages as registries } from '../src/pages/registries/messages';
import { messages as parts } from '../src/parts/messages';
import { messages as dialog } from '../src/parts/exception/messages';
import { messages as job } from '../src/parts/job/messages';
import { messages as why } from '../src/parts/why/messages';
import { accessible, launch, settled, shot, signIn, visit, type Theme } from './browser';
import { POLICY, digest, image } from './data';
import { HAS_REGISTRY, startRegistry, type TestRegistry } from './registry';
import { ADMIN, post, startServer, type Server, type StoreName } from './server';
import { say } from './words';

const STORE: StoreName = process.env.BULKHEAD_STORE === 'postgresql' ? 'postgresql' : 'sqlite';
const PROGRAMS = process.env.BULKHEAD_PROGRAMS ?? '';
const LANGUAGES: readonly Language[] = ['en', 'ja'];
const THEMES: readonly Theme[] = ['light', 'dark'];
const APPROVER = { name: 'sato', password: 'a third long password' };
const IMAGES = 12;

let server: Server;
let browser: Browser;
let policy: string;

beforeAll(async () => {
  server = await startServer(PROGRAMS, STORE);
  browser = await launch();
  const secret = new URL(server.setupLink).hash.slice(1);
  await post(server, '/api/v1/setup', { secret, ...ADMIN });
  await post(server, '/api/v1/sessions', ADMIN);
  policy = String((await post(server, '/api/v1/policies', { document: POLICY })).id);
  for (let number = 1; number <= IMAGES; number += 1) {
    const { reference, index } = image(number);
    await post(server, `/api/v1/images?reference=${encodeURIComponent(reference)}`, index);
  }
});

afterAll(async () => {
  await browser.close();
  await server.remove();
});

describe(`with ${STORE}`, () => {
  test('empty pages say what to do, in both languages', async () => {
    for (const language of LANGUAGES) {
      const { page, complaints, close } = await visit(browser, server.origin, { language, theme: 'light' });
      await page.goto('/registries');
      await signIn(page);
      await page.getByText(say(language, registries, 'empty.title')).waitFor();
      await accessible(page, 'registries without any');
      await shot(page, `${STORE}-registries-empty-${language}`);
      await page.goto('/exceptions');
      await page.getByText(say(language, exceptions, 'empty.title')).waitFor();
      await accessible(page, 'exceptions without any');
      await shot(page, `${STORE}-exceptions-empty-${language}`);
      await page.goto('/jobs');
      await settled(page);
      await accessible(page, 'jobs without any');
      await shot(page, `${STORE}-jobs-empty-${language}`);
      expect(complaints).toEqual([]);
      await close();
    }
  });

  test('J11: whoever asks for an exception does not approve it; another person does, and the trail has both', async () => {
    const role = await post(server, '/api/v1/roles', {
      name: 'approver', permissions: ['images.read', 'findings.read', 'verdicts.read', 'policies.read', 'exceptions.read', 'exceptions.write', 'exceptions.approve', 'audit.read'],
    });
    const made = await post(server, '/api/v1/users', { name: APPROVER.name, roles: [role.id] });

    const one = await visit(browser, server.origin, { language: 'en', theme: 'light' });
    await one.page.goto(`/images/${digest(6)}?why=${digest(6)}`);
    await signIn(one.page);
    const drawer = one.page.locator('aside.bh-drawer');
    const ask = drawer.getByRole('button', { name: /^Request exception: .*GHSA|^Request exception: .*CVE/ }).first();
    await ask.click();
    const form = one.page.getByRole('dialog');
    await form.getByLabel(say('en', dialog, 'reason')).fill('The service never merges objects of strangers.');
    await form.getByText(/^Covers something in \d+ image/).waitFor();
    await accessible(one.page, 'the dialog that asks for an exception');
    await shot(one.page, `${STORE}-exception-dialog`);
    await form.getByRole('button', { name: say('en', dialog, 'submit') }).click();
    await one.page.waitForURL(/\/exceptions\/[^/]+$/);
    await one.page.getByText(say('en', exceptions, 'why.own')).waitFor();
    expect(await one.page.getByRole('button', { name: say('en', exceptions, 'approve') }).count()).toBe(0);
    await accessible(one.page, 'an exception that one asked for oneself');
    await shot(one.page, `${STORE}-exception-own`);
    const address = one.page.url();

    const other = await visit(browser, server.origin, { language: 'ja', theme: 'dark' });
    await other.page.goto(address);
    await other.page.locator('input[name=username]').fill(APPROVER.name);
    await other.page.locator('input[name=password]').fill(String(made.password));
    await other.page.locator('button[type=submit]').click();
    await other.page.getByLabel(say('ja', parts, 'password.current')).fill(String(made.password));
    await other.page.getByLabel(say('ja', parts, 'password.new')).first().fill(APPROVER.password);
    await other.page.getByLabel(say('ja', parts, 'password.repeat')).fill(APPROVER.password);
    await other.page.getByRole('button', { name: say('ja', parts, 'password.submit') }).click();
    await other.page.locator('#main h1').waitFor();
    expect(other.page.url()).toBe(address);
    await other.page.getByRole('button', { name: say('ja', exceptions, 'approve') }).click();
    await other.page.getByRole('dialog').getByLabel(say('ja', exceptions, 'comment')).fill('確認しました');
    await accessible(other.page, 'the dialog that approves');
    await shot(other.page, `${STORE}-exception-approve-ja-dark`);
    await other.page.getByRole('dialog').getByRole('button', { name: say('ja', exceptions, 'approve') }).click();
    await other.page.getByText(say('ja', exceptions, 'state.approved')).first().waitFor();
    await accessible(other.page, 'an exception that holds');
    await shot(other.page, `${STORE}-exception-approved-ja-dark`);
    // The page of whoever asked moves by itself.
    await one.page.getByText(say('en', exceptions, 'state.approved')).first().waitFor();
    const trail = (await (await server.api.get('/api/v1/audit?filter=object:exception')).json()) as { items: { action: string; actor: { name: string } }[] };
    expect(trail.items.map(({ action, actor }) => `${action} ${actor.name}`)).toEqual(['exception.approve sato', 'exception.request admin']);
    await other.page.goto('/exceptions?state=approved');
    await settled(other.page);
    await accessible(other.page, 'the list of exceptions');
    await shot(other.page, `${STORE}-exceptions-ja-dark`);
    expect([...one.complaints, ...other.complaints]).toEqual([]);
    await one.close();
    await other.close();
  });

  test('a policy from a template starts in audit, tells what it would do, and the form and the text are one', async () => {
    const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light', height: 1000 });
    await page.goto('/policies');
    await signIn(page);
    await settled(page);
    await shot(page, `${STORE}-policies`);
    await accessible(page, 'the list of policies');
    await page.getByRole('link', { name: say('en', policies, 'new') }).click();
    await accessible(page, 'the templates');
    await shot(page, `${STORE}-policy-templates`);
    await page.getByRole('link', { name: say('en', policies, 'new.audit') }).first().click();
    const text = page.getByLabel(say('en', policies, 'source'));
    expect(await text.inputValue()).toContain('mode: audit');
    await page.getByLabel(say('en', policies, 'name')).first().fill('from-a-template');
    expect(await text.inputValue()).toContain('name: from-a-template');
    await page.getByRole('button', { name: say('en', policies, 'scope.add') }).click();
    await page.getByLabel(say('en', policies, 'scope.value'), { exact: false }).first().fill('shop/*');
    await page.getByLabel(say('en', policies, 'scope.expression')).fill('v1 && )');
    await page.getByText(/^At character \d+/).waitFor();
    await accessible(page, 'the editor with a mistake');
    await shot(page, `${STORE}-policy-mistake`);
    await page.getByLabel(say('en', policies, 'scope.expression')).fill('v1');
    await page.getByRole('button', { name: say('en', policies, 'effect.ask'), exact: true }).click();
    await page.getByText(/would (have another verdict|stay as)/).first().waitFor();
    await shot(page, `${STORE}-policy-effect`);
    await page.getByRole('button', { name: say('en', policies, 'save') }).click();
    await page.getByRole('heading', { name: 'from-a-template' }).waitFor();
    await page.getByText(say('en', policies, 'mode.audit')).first().waitFor();
    await accessible(page, 'a policy');
    await shot(page, `${STORE}-policy`);
    expect(complaints).toEqual([]);
    await close();
  });

  test('J28: two people edit a policy; nothing is overwritten, and both changes go together', async () => {
    const open = async (language: Language) => {
      const visited = await visit(browser, server.origin, { language, theme: language === 'ja' ? 'dark' : 'light' });
      await visited.page.goto(`/policies/${policy}/edit`);
      await signIn(visited.page);
      await visited.page.getByLabel(say(language, policies, 'source')).waitFor();
      return visited;
    };
    const one = await open('en');
    const other = await open('ja');
    await one.page.getByLabel(say('en', policies, 'description')).fill('What may run in production, since November');
    await one.page.getByRole('button', { name: say('en', policies, 'save') }).click();
    await one.page.waitForURL(new RegExp(`/policies/${policy}$`));

    const text = other.page.getByLabel(say('ja', policies, 'source'));
    await text.fill((await text.inputValue()).replace('at_least: high', 'at_least: critical'));
    await settled(other.page);
    await other.page.getByRole('button', { name: say('ja', policies, 'save') }).click();
    await other.page.getByText(say('ja', policies, 'conflict.title')).first().waitFor();
    await accessible(other.page, 'two changes of one policy');
    await shot(other.page, `${STORE}-policy-conflict-ja-dark`);
    await other.page.getByRole('button', { name: say('ja', policies, 'conflict.together') }).click();
    expect(await text.inputValue()).toContain('since November');
    expect(await text.inputValue()).toContain('at_least: critical');
    await other.page.getByRole('button', { name: say('ja', policies, 'save') }).click();
    await other.page.waitForURL(new RegExp(`/policies/${policy}$`));
    await other.page.goto(`/policies/${policy}?tab=versions`);
    await other.page.getByText(say('ja', policies, 'difference'), { exact: true }).first().waitFor();
    await settled(other.page);
    await accessible(other.page, 'the versions of a policy');
    await shot(other.page, `${STORE}-policy-versions-ja-dark`);
    expect([...one.complaints, ...other.complaints]).toEqual([]);
    await one.close();
    await other.close();
  });

  test.skipIf(!HAS_REGISTRY)('J02: a registry from its address to the first verdict, without a pointer (J23)', async () => {
    const registry = await startRegistry('team/app', ['1.0', '1.1']);
    const worker = await startWorker();
    try {
      await addRegistry(registry);
    } finally {
      worker.stop();
      registry.stop();
    }
  });

  test('every page in both languages and themes, narrow too', async () => {
    const places = ['/registries', '/registries/new', '/policies', `/policies/${policy}`, `/policies/${policy}/edit`, '/policies/new', '/exceptions', '/exceptions?new=true', '/jobs'];
    for (const language of LANGUAGES) {
      for (const theme of THEMES) {
        const { page, complaints, close } = await visit(browser, server.origin, { language, theme, ...(theme === 'dark' ? { width: 360, height: 740 } : {}) });
        await page.goto('/jobs');
        await signIn(page);
        for (const place of places) {
          await page.goto(place);
          await page.locator('#main h1').first().waitFor();
          await settled(page);
          await accessible(page, `${place} ${language} ${theme}`);
          const isWide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
          expect(isWide, `${place} ${language} is wider than its window`).toBe(false);
          await shot(page, `${STORE}-sweep${place.replace(policy, 'id').replaceAll(/[/?=]/g, '-')}-${language}-${theme}`);
        }
        expect(complaints).toEqual([]);
        await close();
      }
    }
  });
});

async function addRegistry(registry: TestRegistry): Promise<void> {
  const { page, complaints, close } = await visit(browser, server.origin, { language: 'en', theme: 'light', height: 1000 });
  const word = (key: Parameters<typeof say<(typeof registries)['en']>>[2], values = {}) => say('en', registries, key, values);
  await page.goto('/registries');
  await signIn(page);
  await settled(page);
  await byKey(page, page.getByRole('link', { name: word('add') }).first(), 'Enter');
  await page.getByRole('radio', { name: word('kind.oci') }).press('Space');
  await byKey(page, page.getByRole('button', { name: word('next') }), 'Enter');
  await page.getByLabel(word('field.name')).pressSequentially('team');
  await page.getByLabel(word('field.address')).pressSequentially(registry.address);
  await byKey(page, page.getByRole('button', { name: word('test') }), 'Enter');
  const steps = page.getByRole('list', { name: say('en', job, 'steps.label') });
  await steps.locator('.bh-decision-deny').filter({ hasText: say('en', job, 'step.tls') }).waitFor({ timeout: 60_000 });
  await accessible(page, 'a connection test that failed');
  await shot(page, `${STORE}-registry-test-failed`);
  await page.getByLabel(word('field.ca')).fill(registry.authority);
  await byKey(page, page.getByRole('button', { name: word('test') }), 'Enter');
  await page.getByText(word('test.good')).waitFor({ timeout: 60_000 });
  await shot(page, `${STORE}-registry-test-good`);
  await byKey(page, page.getByRole('button', { name: word('next') }), 'Enter');
  await page.getByLabel(word('field.repositories')).pressSequentially('team/*');
  await accessible(page, 'what of a registry is scanned');
  await shot(page, `${STORE}-registry-rules`);
  await byKey(page, page.getByRole('button', { name: word('new.save') }), 'Enter');
  await page.waitForURL(/\/registries\/[0-9a-f-]+$/);
  await page.getByText(word('number.images', { count: 1 })).waitFor({ timeout: 90_000 });
  await page.getByText(word('state.ok'), { exact: true }).first().waitFor({ timeout: 30_000 });
  await accessible(page, 'a registry');
  await shot(page, `${STORE}-registry`);
  await page.goto(`${page.url()}?tab=jobs`);
  await page.locator('tr[data-row="0"] a').first().waitFor();
  await settled(page);
  await accessible(page, 'the jobs of a registry');
  await shot(page, `${STORE}-registry-jobs`);
  await page.goto('/jobs');
  await page.locator('tr[data-row="0"] a').first().waitFor();
  await page.getByText(say('en', job, 'state.failed_test')).waitFor();
  await shot(page, `${STORE}-jobs`);
  await byKey(page, page.locator('tr[data-row="0"] a').first(), 'Enter');
  await page.waitForURL(/\/jobs\/[^/]+$/);
  await page.locator('#main h1').waitFor();
  await settled(page);
  await accessible(page, 'a job');
  await shot(page, `${STORE}-job`);
  await page.goto('/registries');
  await settled(page);
  await shot(page, `${STORE}-registries`);
  await byKey(page, page.getByRole('link', { name: 'team', exact: true }), 'Enter');
  await page.getByRole('tab', { name: word('tab.images') }).press('Enter');
  await settled(page);
  const verdict = page.locator('tr[data-row="0"] .bh-why-link');
  await byKey(page, verdict, 'Enter');
  await page.getByRole('heading', { name: say('en', why, 'failed') }).waitFor();
  await page.locator('aside.bh-drawer').getByText('lodash').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('aside.bh-drawer').waitFor({ state: 'detached' });
  expect(await verdict.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(complaints).toEqual([]);
  await close();
}

/** Puts the focus on something as a key would, sees that it shows, and presses a key. */
async function byKey(page: Page, what: ReturnType<Page['locator']>, key: string): Promise<void> {
  await what.focus();
  await page.keyboard.press(key);
}

/** A worker beside the server, as people start one. */
async function startWorker(): Promise<{ stop: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-worker-'));
  const token = await post(server, '/api/v1/tokens', { name: 'journeys', permissions: ['scans.write'] });
  writeFileSync(join(folder, 'token'), String(token.secret), { mode: 0o600 });
  const program: ChildProcess = spawn(
    join(PROGRAMS, 'bulkhead'),
    ['worker', '--server', server.direct, '--ca', server.authority, '--token-file', join(folder, 'token'), '--cache-dir', join(folder, 'cache'), '--name', 'journeys'],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return {
    stop: () => {
      program.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
