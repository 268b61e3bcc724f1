import { expect, test } from 'vitest';
import { blocks, type Block } from './stream';

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
