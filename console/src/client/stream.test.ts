import { afterEach, expect, test, vi } from 'vitest';
import { hasSessionEnded, noteSessionIsThere } from './session';
import { blocks, follow, type Block } from './stream';

async function read(...parts: string[]): Promise<Block[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
  const found: Block[] = [];
  for await (const block of blocks(body)) found.push(block);
  return found;
}

test('events are read however the network cuts them', async () => {
  const found = await read('retry: 3000\n\nid: 7\nevent: image.ver', 'dict\ndata: {"a":1}\n', '\nid: 8\n: still here\n\n');
  expect(found).toEqual([
    { id: null, event: 'message', data: '' },
    { id: '7', event: 'image.verdict', data: '{"a":1}' },
    { id: '8', event: 'message', data: '' },
  ]);
});

test('an event that was not finished is not told', async () => {
  expect(await read('id: 7\ndata: {}')).toEqual([]);
});

/** Follows a stream whose answers are these; the last one is given again and again. Tells how often it was asked for. */
async function followed(forMs: number, answer: () => Response): Promise<number> {
  vi.useFakeTimers();
  const asked = vi.fn(() => Promise.resolve(answer()));
  vi.stubGlobal('fetch', asked);
  vi.stubGlobal('navigator', { locks: { request: (_name: string, _options: unknown, run: () => Promise<void>) => run() } });
  const controller = new AbortController();
  const end = follow(controller.signal);
  await vi.advanceTimersByTimeAsync(forMs);
  controller.abort();
  await vi.advanceTimersByTimeAsync(1);
  await end;
  return asked.mock.calls.length;
}

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  noteSessionIsThere();
});

test('a stream that the server ends at once is asked for more and more seldom', async () => {
  const count = await followed(60_000, () => new Response('', { status: 200 }));
  expect(count).toBeGreaterThan(3);
  expect(count).toBeLessThan(9);
});

test('a session that has ended is told of by the stream too', async () => {
  expect(hasSessionEnded()).toBe(false);
  expect(await followed(60_000, () => new Response('{}', { status: 401 }))).toBe(1);
  expect(hasSessionEnded()).toBe(true);
});
