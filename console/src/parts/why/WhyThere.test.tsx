// @vitest-environment jsdom
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import { WhyThere } from './WhyThere';

afterEach(cleanup);

test('a decision leads to its reasons, beside what is written where that must stay', async () => {
  const root = createRootRoute({ component: () => <><WhyThere decision="deny" digest="sha256:1" /><WhyThere decision="allow" digest="sha256:2" isElsewhere /></> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(<LanguageProvider initial="ja"><RouterProvider router={router as never} /></LanguageProvider>);
  const links = await screen.findAllByRole('link');
  expect(links.map((link) => [link.textContent, link.title, link.getAttribute('target')])).toEqual([['非準拠', '非準拠の理由', null], ['準拠', '準拠の理由', '_blank']]);
  const [url] = links.map((link) => new URL(link.getAttribute('href') ?? '', 'https://x'));
  expect([decodeURIComponent(url?.pathname ?? ''), url?.searchParams.get('why')?.replaceAll('"', '')]).toEqual(['/images/sha256:1', 'sha256:1']);
});
