// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import type { InstallationSetting } from '../../../client/generated';
import type { Language } from '../../../i18n/format';
import { LanguageProvider } from '../../../i18n/language';
import { Setting } from './Setting';

afterEach(cleanup);

const LONGEST = { key: 'exception_longest_days', meaning: '', unit: 'days', least: 0, most: 3650, source: 'default', value: 3650, default: 3650 } as unknown as InstallationSetting;

function show(language: Language, item = LONGEST) {
  render(<LanguageProvider initial={language}><Setting item={item} value={null} onValue={() => undefined} /></LanguageProvider>);
}

test('a name that ends with a remark has the unit in it, and numbers stand close to theirs in Japanese', () => {
  show('ja');
  expect(screen.getByLabelText(/申請できる例外の最長期間\(0は無制限、単位: 日\)/)).toBeTruthy();
  expect(document.body.textContent).toContain('3,650日');
  expect(document.body.textContent).not.toMatch(/\) \(|\d 日/);
});

test('other names have it in brackets', () => {
  show('en', { ...LONGEST, key: 'event_days' });
  expect(screen.getByLabelText(/How long events are kept \(days\)/)).toBeTruthy();
});

test('one of a unit is told as one', () => {
  show('en', { ...LONGEST, value: 1, default: 1 } as unknown as InstallationSetting);
  expect(document.body.textContent).toContain('Without a value here: 1 day');
  expect(document.body.textContent).not.toContain('1 days');
});
