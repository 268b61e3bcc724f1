// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createRef } from 'react';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import type { FilterKey } from './filter';
import { FilterField } from './FilterField';

const suggest = vi.fn((beginning: string) => Promise.resolve(['Shop/Web', 'shop/api'].filter((value) => value.toLowerCase().startsWith(beginning.toLowerCase()))));

const KEYS: FilterKey[] = [
  { key: 'severity', label: 'Severity', values: [{ value: 'high', label: 'High' }, { value: 'low', label: 'Low' }] },
  { key: 'package', label: 'Package', suggest: () => Promise.resolve(['xz utils']) },
  { key: 'repository', label: 'Repository', suggest },
];

beforeAll(() => {
  Element.prototype.scrollIntoView = () => undefined;
});

afterEach(cleanup);

function show(text = '') {
  const onText = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LanguageProvider initial="en">
        <FilterField ref={createRef()} text={text} keys={KEYS} onText={onText} />
      </LanguageProvider>
    </QueryClientProvider>,
  );
  return { onText, field: screen.getByRole('combobox') };
}

test('typing is sent after a while, as one change', async () => {
  const { onText, field } = show();
  // Both keys at once: how long a busy machine takes between them says nothing here.
  fireEvent.change(field, { target: { value: 'x' } });
  fireEvent.change(field, { target: { value: 'xz' } });
  await waitFor(() => { expect(onText).toHaveBeenCalledWith('xz', expect.anything()); });
  expect(onText).toHaveBeenCalledTimes(1);
});

test('what was typed is sent when the field is left before the while is over', () => {
  const { onText, field } = show('old');
  fireEvent.change(field, { target: { value: 'old x' } });
  fireEvent.blur(field);
  expect(onText).toHaveBeenCalledExactlyOnceWith('old x', expect.anything());
  fireEvent.blur(field);
  expect(onText).toHaveBeenCalledTimes(1);
});

test('nothing is sent while an input method converts, and the Enter that ends it is not the reader’s', async () => {
  const { onText, field } = show();
  fireEvent.compositionStart(field);
  fireEvent.change(field, { target: { value: 'どっかー' } });
  fireEvent.keyDown(field, { key: 'Enter', isComposing: true });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(onText).not.toHaveBeenCalled();
  fireEvent.change(field, { target: { value: 'ドッカー' } });
  fireEvent.compositionEnd(field);
  expect(onText).toHaveBeenCalledExactlyOnceWith('ドッカー', expect.anything());
});

test('keys and their values are completed with the arrows and Enter', async () => {
  const { onText, field } = show();
  await userEvent.type(field, 'sev{ArrowDown}{Enter}');
  expect((field as HTMLInputElement).value).toBe('severity:');
  await userEvent.type(field, 'h{ArrowDown}{Enter}');
  expect(onText).toHaveBeenLastCalledWith('severity:high', expect.anything());
});

test('values that the server suggests are written as they must be', async () => {
  const { onText, field } = show();
  await userEvent.type(field, 'package:x');
  await userEvent.click(await screen.findByRole('option', { name: /xz utils/ }));
  expect(onText).toHaveBeenLastCalledWith('package:"xz utils"', expect.anything());
});

test('the server is asked for what stands behind the last comma, within quotes too, and case does not matter', async () => {
  const { onText, field } = show();
  await userEvent.type(field, 'os:debian repository:base,"shop/w');
  await waitFor(() => { expect(suggest).toHaveBeenLastCalledWith('shop/w', expect.anything()); });
  await userEvent.click(await screen.findByRole('option', { name: /Shop\/Web/ }));
  expect(onText).toHaveBeenLastCalledWith('os:debian repository:base,Shop/Web', expect.anything());
});

test('Tab takes the marked suggestion, leaves where none is, and Escape closes the list alone', async () => {
  const { onText, field } = show();
  await userEvent.type(field, 'severity:{ArrowDown}{Tab}');
  expect(onText).toHaveBeenLastCalledWith('severity:high', expect.anything());
  expect(document.activeElement).toBe(field);
  cleanup();
  const again = show();
  await userEvent.type(again.field, 'sev{ArrowDown}');
  expect(again.field.getAttribute('aria-expanded')).toBe('true');
  expect(screen.getByRole('status').textContent).toBe('1 suggestion');
  await userEvent.type(again.field, '{Escape}');
  expect(again.field.getAttribute('aria-expanded')).toBe('false');
  expect((again.field as HTMLInputElement).value).toBe('sev');
  await userEvent.tab();
  expect(document.activeElement).not.toBe(again.field);
});

test('the arrow up opens the list at its end', async () => {
  const { field } = show();
  await userEvent.type(field, 'severity:{Escape}{ArrowUp}');
  expect(screen.getAllByRole('option').map((option) => option.getAttribute('aria-selected'))).toEqual(['false', 'true']);
});
