// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { LanguageProvider } from '../../../i18n/language';
import { ActorName } from './ActorName';

afterEach(cleanup);

test.each([['server', 'server', 'サーバー'], ['token', 'ci', 'APIトークン ci'], ['unknown', '', '不明']])('%s %s', (kind, name, said) => {
  const { container } = render(<LanguageProvider initial="ja"><ActorName kind={kind} name={name} /></LanguageProvider>);
  expect(container.textContent).toBe(said);
});
