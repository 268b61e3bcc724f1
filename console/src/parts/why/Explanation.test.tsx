// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { queryClient } from '../../client/cache';
import { verdictOf } from '../../client/verdict';
import { meQuery } from '../../frame/me';
import type { Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import Explanation from './Explanation';

afterEach(() => { cleanup(); queryClient.clear(); vi.unstubAllGlobals(); });

function show(language: Language, verdict: Readonly<Record<string, unknown>>, permissions: readonly string[] = []) {
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions } as never);
  const router = createRouter({ routeTree: createRootRoute({ component: () => <Explanation verdict={verdictOf(verdict)} json={{}} /> }), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial={language}><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
}

test.each([['en', 'Cause', 'registration'], ['ja', 'きっかけ', '登録']] as const)('what caused a verdict is told in words (%s)', async (language, title, cause) => {
  show(language, { decision: 'allow', digest: 'sha256:1', cause: 'registered' });
  expect((await screen.findByText(title)).nextElementSibling?.textContent).toBe(cause);
});

test.each([['en', 'What follows', 'it is not to run and pipelines fail'], ['ja', '適用される動作', '実行をブロック、パイプラインをエラー終了']] as const)('what follows of a verdict is told in words (%s)', async (language, title, words) => {
  show(language, { decision: 'deny', digest: 'sha256:1', effects: ['block', 'fail_pipeline', 'something_newer'] });
  expect((await screen.findByText(title)).nextElementSibling?.textContent).toBe(words);
});

const control = (control: string, decision: string) => ({ control, decision, clauses: [], excepted: 0 });

const policy = (name: string, decision: string, more: object = {}) => ({
  name, version: '', mode: 'enforce', applied: true, decision, scope: [], ...more,
  controls: [control('malware', decision === 'allow' ? 'pass' : decision === 'unknown' ? 'error' : 'fail'), control('gaps', 'pass')],
});

const MOMENT = '2026-11-28T12:00:00Z';

test.each([
  ['en', 'deny', 'Non-compliant as of TIME: policy prod (version 12, enforce) fails 1 control and policy strict 1.4 (enforce) fails 1 control.'],
  ['ja', 'deny', 'TIMEの判定では、ポリシー「prod」(バージョン12、Enforceモード)で1個のコントロールが不合格、ポリシー「strict 1.4」(Enforceモード)で1個のコントロールが不合格のため、非準拠です。'],
  ['en', 'would_deny', 'Compliant as of TIME, but would be denied in enforce mode: policy trial (audit only) fails 1 control.'],
  ['ja', 'would_deny', 'TIMEの判定では準拠ですが、ポリシー「trial」(監査モード)で1個のコントロールが不合格のため、Enforceモードでは拒否されます。'],
  ['en', 'allow', 'Compliant as of TIME: the policy that applies allows it.'],
  ['en', 'unknown', 'Not judged as of TIME: policy slow (enforce) could not ask 1 control.'],
] as const)('the first sentence says what was decided when, by which policy, version and mode, for how many controls (%s, %s)', async (language, decision, sentence) => {
  const policies = [
    policy('prod', 'deny', { stored_version: 12 }), policy('strict', 'deny', { version: '1.4' }), policy('trial', 'would_deny', { mode: 'audit' }),
    policy('other', 'allow'), policy('slow', 'unknown'), policy('elsewhere', 'deny', { applied: false }),
  ].filter((one) => one.decision === decision || !one.applied);
  show(language, { decision, digest: 'sha256:1', evaluated: MOMENT, policies });
  await screen.findByText('sha256:1');
  const said = document.querySelector('.bh-why-decision')?.nextElementSibling;
  const time = said?.querySelector('time');
  expect(time?.getAttribute('datetime')).toBe(MOMENT);
  expect(said?.textContent.replace(time?.textContent ?? '', 'TIME')).toBe(sentence);
});

test('evidence that several controls rest on is told once, and referred to below', async () => {
  const evidence = [{ kind: 'vulnerability', id: 'CVE-1' }, { kind: 'vulnerability', id: 'CVE-2' }];
  const reason = (name: string, decision: string, of: object[]) => ({ code: `verdict.${name}`, policy: 'prod', control: name, decision, evidence: of, evidence_count: of.length });
  show('en', { decision: 'deny', digest: 'sha256:1', evaluated: MOMENT, reasons: [reason('warned', 'warn', evidence), reason('kev', 'fail', evidence.slice(0, 1)), reason('severity', 'fail', evidence)] });
  await screen.findByText('sha256:1');
  const lists = screen.getAllByRole('list', { name: 'Evidence' }).map((list) => [...list.children].map((item) => item.textContent.trim()));
  expect(lists).toEqual([['CVE-1'], ['CVE-2', 'What is told above, under kev'], ['2 that are told above, under kev and severity']]);
});

test('evidence tells from which layer it comes, and the command of that where somebody wants it', async () => {
  const asked: string[] = [];
  const xz = { kind: 'vulnerability', id: 'CVE-1', package: 'pkg:deb/debian/xz@5' };
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    const { pathname, searchParams } = new URL(url, 'https://x');
    asked.push(`${decodeURIComponent(pathname)} ${searchParams.get('filter') ?? ''}`.trim());
    const report = { image: { layers: [{ created_by: 'ADD rootfs.tar' }, { created_by: `RUN apt-get install ${'x'.repeat(200)}` }] } };
    return Promise.resolve(Response.json(pathname.endsWith('/report') ? report : { items: [{ ...xz, severity: 'high', kev: true, layer: 1 }], next: null, total: 1 }));
  }));
  const reasons = [{ code: 'verdict.kev', policy: 'prod', control: 'kev', decision: 'fail', evidence: [xz, { id: 'the archive is torn', path: 'a.tar' }] }];
  show('en', { decision: 'deny', digest: 'sha256:1', evaluated: MOMENT, reasons }, ['findings.read', 'images.read']);
  const link = await screen.findByRole('link', { name: 'from layer 1' });
  const { pathname, searchParams } = new URL(link.getAttribute('href') ?? '', 'https://x');
  expect([decodeURIComponent(pathname), searchParams.get('tab'), searchParams.get('layer')?.replaceAll('"', '')]).toEqual(['/images/sha256:1', 'layers', '1']);
  expect(asked).toEqual(['/api/v1/images/sha256:1/findings id:CVE-1']);
  await userEvent.click(screen.getByRole('button', { name: 'Show what made the layers' }));
  expect((await screen.findByText(/^RUN apt-get install x+…$/)).textContent).toHaveLength(81);
  expect(asked[1]).toBe('/api/v1/images/sha256:1/report');
  // What was pressed keeps the focus, and takes back what it did without asking anew.
  const hide = screen.getByRole('button', { name: 'Hide what made the layers' });
  expect(document.activeElement).toBe(hide);
  await userEvent.click(hide);
  expect(screen.queryByText(/^RUN apt-get install/)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Show what made the layers' }));
  await screen.findByText(/^RUN apt-get install/);
  expect(asked).toHaveLength(2);
  cleanup();
  show('en', { decision: 'deny', digest: 'sha256:1', evaluated: MOMENT, reasons });
  await screen.findByText('sha256:1');
  // Whoever may not see findings is told the reasons alone, and nothing is asked for.
  expect([screen.queryByRole('link'), asked.length]).toEqual([null, 2]);
});

test('layers are asked for of the evidence that is shown: what is not leaves room for the reasons below', async () => {
  const asked: string[] = [];
  const secret = { kind: 'secret', id: 'aws', path: 'a.env', line: 2 };
  vi.stubGlobal('fetch', vi.fn((url: string) => {
    asked.push(new URL(url, 'https://x').searchParams.get('filter') ?? '');
    return Promise.resolve(Response.json({ items: [{ ...secret, severity: 'high', kev: false, layer: 4 }], next: null, total: 1 }));
  }));
  const many = Array.from({ length: 300 }, (_, at) => ({ kind: 'vulnerability', id: `CVE-${String(at)}` }));
  const reason = (control: string, evidence: object[]) => ({ code: `verdict.${control}`, policy: 'prod', control, decision: 'fail', evidence });
  show('en', { decision: 'deny', digest: 'sha256:1', evaluated: MOMENT, reasons: [reason('severity', many), reason('later', [secret])] }, ['findings.read']);
  await screen.findByRole('link', { name: 'from layer 4' });
  expect(asked).toEqual([`id:${many.slice(0, 20).map(({ id }) => id).join(',')},aws`]);
});
