// @vitest-environment jsdom
import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { queryClient } from '../../../client/cache';
import { LanguageProvider } from '../../../i18n/language';
import { Import } from './Import';

afterEach(cleanup);

const show = (hasKeys: boolean) => render(<LanguageProvider initial="en"><QueryClientProvider client={queryClient}><Import hasKeys={hasKeys} onClose={() => undefined} /></QueryClientProvider></LanguageProvider>);

test('what cannot be imported is not asked for', () => {
  show(false);
  screen.getByText(/names no key that is trusted/);
  expect(screen.queryByLabelText('File')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Import' })).toBeNull();
});

test('a file that is missing is told of at its field', async () => {
  show(true);
  await userEvent.click(screen.getByRole('button', { name: 'Import' }));
  screen.getByText('Choose a file.');
  expect(document.activeElement).toBe(screen.getByLabelText('File'));
});
