// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRootRoute, createRouter } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../../client/cache';
import type { VerdictEvidence } from '../../client/verdict';
import { meQuery } from '../../frame/me';
import { formatOf, type Language } from '../../i18n/format';
import { LanguageProvider } from '../../i18n/language';
import { ReasonWhy } from './ReasonWhy';
import { tellerOf } from './sentences';

afterEach(() => { cleanup(); queryClient.clear(); });

const NOTHING: VerdictEvidence = { kind: null, id: '', package: null, path: null, line: null, severity: null, score: null, fixedVersion: null, remedy: null };

/** The reason for a reader of a language. */
function show(language: Language, evidence: readonly VerdictEvidence[]): void {
  queryClient.setQueryData(meQuery.queryKey, { name: 'ann', permissions: ['exceptions.write'] } as never);
  const reason = { code: 'verdict.gaps', parameters: {}, policy: 'p', control: 'gaps', decision: 'fail', evidence: [...evidence], evidenceCount: evidence.length };
  const Page = () => <ReasonWhy reason={reason} teller={tellerOf(formatOf(language, 'UTC'))} image={{ digest: 'sha256:1', subject: 'shop/web:1' }} />;
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory() });
  render(<QueryClientProvider client={queryClient}><LanguageProvider initial={language}><RouterProvider router={router as never} /></LanguageProvider></QueryClientProvider>);
}

test('an exception is offered beside findings and what could not be read, and not beside what is neither', async () => {
  show('en', [{ ...NOTHING, id: 'the archive is torn', path: 'a.tar' }, { ...NOTHING, id: 'team' }, { ...NOTHING, kind: 'vulnerability', id: 'CVE-1' }]);
  expect(await screen.findByText('the archive is torn')).toBeTruthy();
  expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'))).toEqual(['Request exception: a.tar', 'Request exception: CVE-1']);
  // The path is what an exception for a gap is known by: nobody has to type it.
  await userEvent.click(screen.getByRole('button', { name: 'Request exception: a.tar' }));
  expect((await screen.findByRole<HTMLSelectElement>('combobox', { name: /^Kind of finding/ })).value).toBe('gap');
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: /^File/ }).value).toBe('a.tar');
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: /^What is excepted/ }).value).toBe('');
});

test('what could not be read is told in the words of the reader, and what nobody translated as it is', async () => {
  const evidence = ['it is cut off', 'it is no valid YAML (line 5: invalid indentation)', 'the archive is torn'].map((id) => ({ ...NOTHING, id, path: 'a.yaml' }));
  show('en', evidence);
  expect(await screen.findByText('it is cut off')).toBeTruthy();
  cleanup();
  show('ja', evidence);
  expect(await screen.findByText('途中で切れています')).toBeTruthy();
  expect(screen.getByText('正しいYAMLではありません(5行目: インデントが正しくありません)')).toBeTruthy();
  expect(screen.getByText('the archive is torn')).toBeTruthy();
});

test('what repairs it is told in the words of the reader, and commands stay what they are', async () => {
  const evidence = [
    { ...NOTHING, kind: 'misconfiguration', id: 'BHD-DOCKER-0002', remedy: 'Add `USER name`.' },
    { ...NOTHING, kind: 'vulnerability', id: 'CVE-1', remedy: 'npm update lodash\nrebuild with Go 1.25.1 or later' },
    { ...NOTHING, kind: 'misconfiguration', id: 'MINE-1', remedy: 'Ask Ann.' },
  ];
  show('en', evidence);
  expect(await screen.findByText('Add `USER name`.')).toBeTruthy();
  cleanup();
  show('ja', evidence);
  expect(await screen.findByText('npm update lodash; Go 1.25.1以降で再ビルドしてください')).toBeTruthy();
  expect(screen.queryByText('Add `USER name`.')).toBeNull();
  expect(screen.getByText(/追加してください。/)).toBeTruthy();
  expect(screen.getByText('Ask Ann.')).toBeTruthy();
});
