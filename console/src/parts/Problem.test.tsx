// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../client/failure';
import { LanguageProvider } from '../i18n/language';
import { Problem } from './Problem';

afterEach(cleanup);

test('what went wrong is told aloud where it appears', () => {
  render(<LanguageProvider initial="ja"><Problem error={new Failure(503, 'server.unavailable', {}, 'down', 'r1')} onRetry={() => undefined} /></LanguageProvider>);
  const alert = screen.getByRole('alert');
  expect(alert.textContent).toContain('リクエストr1');
  expect(alert.querySelector('button')?.textContent).toBe('再試行');
});
