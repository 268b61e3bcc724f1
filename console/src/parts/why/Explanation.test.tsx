// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../../client/cache';
import { verdictOf } from '../../client/verdict';
import { meQuery } from '../../frame/me';
import type { Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import Explanation from './Explanation';

afterEach(() => { cleanup(); queryClient.clear(); });

function show(language: Language, verdict: Readonly<Record<string, unknown>>) {
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: [] } as never);
  const router = createRouter({ routeTree: createRootRoute({ component: () => <Explanation verdict={verdictOf(verdict)} json={{}} /> }), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial={language}><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
}

test.each([['en', 'Cause', 'registration'], ['ja', 'きっかけ', '登録']] as const)('what caused a verdict is told in words (%s)', async (language, title, cause) => {
  show(language, { decision: 'allow', digest: 'sha256:1', cause: 'registered' });
  expect((await screen.findByText(title)).nextElementSibling?.textContent).toBe(cause);
});

const policy = (name: string, decision: string, applied = true) => ({ name, version: '', mode: 'enforce', applied, decision, scope: [], controls: [{ control: 'malware', decision: 'fail', clauses: [], excepted: 0 }, { control: 'gaps', decision: 'pass', clauses: [], excepted: 0 }] });

test.each([
  ['en', 'deny', 'Not compliant. Policy prod denies it: 1 control does not pass.'],
  ['ja', 'deny', '非準拠です。ポリシー「prod」は拒否しています: 1個のコントロールが不合格。'],
  ['en', 'would_deny', 'Compliant; a policy in audit mode would deny it. Policy trial is in audit mode and would deny it: 1 control does not pass.'],
  ['en', 'allow', 'Compliant: every policy that applies allows it.'],
] as const)('the first sentence says which policy decided, and by how many controls (%s, %s)', async (language, decision, sentence) => {
  show(language, { decision, digest: 'sha256:1', evaluated: '2026-11-28T12:00:00Z', policies: [policy('prod', 'deny', decision === 'deny'), policy('trial', 'would_deny'), policy('other', 'allow')] });
  const said = await screen.findByText(sentence);
  expect(said.nextElementSibling?.querySelector('time')?.getAttribute('datetime')).toBe('2026-11-28T12:00:00Z');
});
