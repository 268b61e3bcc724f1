import { afterEach, expect, test, vi } from 'vitest';
import { hasSessionEnded, noteSessionBegan, noteSessionEnded, noteSessionIsThere, onOtherTab, type Tidings } from './session';

/** Another tab of the same browser. */
const other = new BroadcastChannel('bulkhead-session');
const heard: Tidings[] = [];
other.onmessage = (message: MessageEvent<Tidings>) => { heard.push(message.data); };

afterEach(() => {
  noteSessionIsThere();
  heard.length = 0;
});

test('other tabs are told once that the session ended, and that another began', async () => {
  noteSessionEnded();
  noteSessionEnded();
  noteSessionBegan();
  await vi.waitFor(() => { expect(heard).toEqual(['ended', 'began']); });
  expect(hasSessionEnded()).toBe(false);
});

test('what another tab says is looked into, and not believed', async () => {
  const told: Tidings[] = [];
  const stop = onOtherTab((tidings) => { told.push(tidings); });
  other.postMessage('ended');
  other.postMessage('began');
  await vi.waitFor(() => { expect(told).toEqual(['ended', 'began']); });
  expect(hasSessionEnded()).toBe(false);
  stop();
});
