// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createRef } from 'react';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import type { FilterKey } from './filter';
import { FilterField } from './FilterField';

const KEYS: FilterKey[] = [
  { key: 'severity', label: 'Severity', values: [{ value: 'high', label: 'High' }, { value: 'low', label: 'Low' }] },
  { key: 'package', label: 'Package', suggest: () => Promise.resolve(['xz utils']) },
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
  await userEvent.type(field, 'xz');
  await waitFor(() => { expect(onText).toHaveBeenCalledWith('xz', true); });
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
  expect(onText).toHaveBeenCalledExactlyOnceWith('ドッカー', true);
});

test('keys and their values are completed with the arrows and Enter', async () => {
  const { onText, field } = show();
  await userEvent.type(field, 'sev{ArrowDown}{Enter}');
  expect((field as HTMLInputElement).value).toBe('severity:');
  await userEvent.type(field, 'h{ArrowDown}{Enter}');
  expect(onText).toHaveBeenLastCalledWith('severity:high', false);
});

test('values that the server suggests are written as they must be', async () => {
  const { onText, field } = show();
  await userEvent.type(field, 'package:x');
  await userEvent.click(await screen.findByRole('option', { name: /xz utils/ }));
  expect(onText).toHaveBeenLastCalledWith('package:"xz utils"', false);
});
