// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../../client/cache';
import type { VerdictEvidence } from '../../client/verdict';
import { meQuery } from '../../frame/me';
import { formatOf } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import { ReasonWhy } from './ReasonWhy';
import { tellerOf } from './sentences';

afterEach(() => { cleanup(); queryClient.clear(); });

const NOTHING: VerdictEvidence = { kind: null, id: '', package: null, path: null, line: null, severity: null, score: null, fixedVersion: null, remedy: null };

test('an exception is offered beside findings, and not beside what is none', async () => {
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: ['exceptions.write'] } as never);
  const evidence = [{ ...NOTHING, id: 'the archive is torn', path: 'a.tar' }, { ...NOTHING, kind: 'vulnerability', id: 'CVE-1' }];
  const reason = { code: 'verdict.gaps', parameters: {}, policy: 'p', control: 'gaps', decision: 'fail', evidence, evidenceCount: 2 };
  const Page = () => <ReasonWhy reason={reason} teller={tellerOf(formatOf('en', 'UTC'))} image={{ digest: 'sha256:1', subject: 'shop/web:1' }} />;
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial="en"><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
  expect(await screen.findByText('the archive is torn')).toBeTruthy();
  expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'))).toEqual(['Request exception: CVE-1']);
});
