// @vitest-environment jsdom
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../../i18n/language';
import { Confirm } from '../Confirm';

afterEach(cleanup);

function dialog(children: ReactNode, onCancel = () => undefined, title = 'Asked') {
  return <Confirm title={title} action="Do it" onConfirm={() => undefined} onCancel={onCancel}>{children}</Confirm>;
}

const show = (children: ReactNode) => render(<LanguageProvider initial="en">{children}</LanguageProvider>);

test('a dialog begins at its first field, which a key does not close', async () => {
  const onCancel = vi.fn();
  show(dialog(<><input type="text" defaultValue="ann" readOnly hidden /><input aria-label="Name" /><textarea aria-label="Why" /></>, onCancel));
  await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Name')); });
  await userEvent.keyboard('so{Enter}');
  expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('so');
  expect(onCancel).not.toHaveBeenCalled();
});

test('of several ways the chosen one is where it begins', async () => {
  show(dialog(<><input type="radio" name="a" aria-label="One" /><input type="radio" name="a" aria-label="Other" defaultChecked /></>));
  await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Other')); });
});

test('a dialog over another one begins at its own field', async () => {
  const page = (isOver: boolean) => (
    <LanguageProvider initial="en">
      {dialog(<input aria-label="Below" />)}
      {isOver && dialog(<input aria-label="Above" />, undefined, 'Over it')}
    </LanguageProvider>
  );
  const { rerender } = render(page(false));
  await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Below')); });
  rerender(page(true));
  await waitFor(() => { expect(document.activeElement).toBe(screen.getByLabelText('Above')); });
});

test('where there is no field it begins with what does nothing', async () => {
  show(dialog(<p>Sure?</p>));
  await waitFor(() => { expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Close' })); });
});
