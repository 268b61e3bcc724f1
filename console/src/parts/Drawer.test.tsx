// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { LanguageProvider } from '../i18n/language';
import { Confirm } from './Confirm';
import { Drawer } from './Drawer';

afterEach(cleanup);

test('Escape closes the nearest thing: the dialog that was opened from a drawer, then the drawer', async () => {
  const [closeDialog, closeDrawer] = [vi.fn(), vi.fn()];
  const page = (hasDialog: boolean) => (
    <LanguageProvider initial="en">
      <Drawer title="Why" onClose={closeDrawer}>
        <button type="button">Request</button>
        {hasDialog && <Confirm title="Asked" action="Do it" onConfirm={() => undefined} onCancel={closeDialog}><input aria-label="Reason" /></Confirm>}
      </Drawer>
    </LanguageProvider>
  );
  const { rerender } = render(page(true));
  await userEvent.click(screen.getByLabelText('Reason'));
  await userEvent.keyboard('{Escape}');
  expect(closeDialog).toHaveBeenCalled();
  expect(closeDrawer).not.toHaveBeenCalled();
  rerender(page(false));
  screen.getByRole('button', { name: 'Request' }).focus();
  await userEvent.keyboard('{Escape}');
  expect(closeDrawer).toHaveBeenCalledTimes(1);
});
