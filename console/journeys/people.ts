// People of the journeys about access, made as administrators make them.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { signIn } from './browser';
import { image } from './data';
import { ADMIN, post, type Server } from './server';

/** Images of these journeys: enough to see a scope at work. */
const FEW = 8;

export interface Person {
  id: string;
  name: string;
  password: string;
}

/** The first user, signed in at the API, and some images. */
export async function begin(server: Server): Promise<void> {
  const secret = new URL(server.setupLink).hash.slice(1);
  await post(server, '/api/v1/setup', { secret, ...ADMIN });
  for (let number = 1; number <= FEW; number += 1) {
    const { reference, index } = image(number);
    await post(server, `/api/v1/images?reference=${encodeURIComponent(reference)}`, index);
  }
}

/** Somebody who has chosen a password of their own. */
export async function person(server: Server, page: Page, name: string, roles: readonly string[]): Promise<Person> {
  const made = await post(server, '/api/v1/users', { name, roles });
  const password = `the own password of ${name}`;
  const login = await page.request.post('/api/v1/sessions', { data: { name, password: made.password } });
  expect(login.ok()).toBe(true);
  const changed = await page.request.post('/api/v1/me/password', { data: { current: made.password, new: password } });
  expect(changed.ok()).toBe(true);
  await page.context().clearCookies();
  return { id: (made.user as { id: string }).id, name, password };
}

/** Opens a page as somebody. */
export async function open(page: Page, path: string, who: Pick<Person, 'name' | 'password'> = ADMIN): Promise<void> {
  await page.goto(path);
  await signIn(page, who);
  await page.locator('h1').first().waitFor();
}

/** What stands on headings, buttons and labels without any Japanese, but for names. */
export async function untranslated(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const names = /^(?:English|Bulkhead|Webhook|Slack|URL|OK|CSV|JSON Lines|[A-Za-z_]+\/[A-Za-z_/]+)$/;
    const parts = document.querySelectorAll<HTMLElement>('h1, h2, h3, label, legend, button, th, summary, [role="tab"], nav a, p');
    return [...parts]
      .filter((part) => part.offsetParent !== null && !part.querySelector('bdi, code') && !part.closest('bdi, code, option'))
      .map((part) => part.innerText.replace('*', '').trim())
      .filter((text) => /[A-Za-z]{3,}/.test(text) && !/[\u3040-\u30ff\u3400-\u9fff]/.test(text) && !names.test(text));
  });
}
