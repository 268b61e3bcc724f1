// What happens on the server, as it happens: one stream of events for all tabs of a browser. The tab that holds the lock
// reads it and passes it on; where it closes, another one takes over.
import { useEffect, useSyncExternalStore } from 'react';
import { queryClient } from './cache';
import { noteAnswered } from './connection';
import { streamEvents, type Event } from './generated';
import { noteSessionEnded } from './session';

export type StreamState = 'connecting' | 'live' | 'paused';

const CHANNEL = 'bulkhead-events';
const LOCK = 'bulkhead-events';
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** The server ends each stream after some minutes, so that it asks again who follows. One that ends sooner is broken. */
const SHORTEST_STREAM_MS = 10_000;

type Message = { kind: 'event'; event: Event } | { kind: 'state'; state: StreamState } | { kind: 'reset' };

let state: StreamState = 'connecting';
const stateListeners = new Set<() => void>();
const eventListeners = new Set<(event: Event) => void>();

/** Follows the stream until the signal says stop. */
export async function follow(signal: AbortSignal): Promise<void> {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (message: MessageEvent<Message>) => {
    take(message.data);
  };
  const tell = (message: Message) => {
    // Whoever left does not want to hear that it ended.
    if (signal.aborted) return;
    take(message);
    channel.postMessage(message);
  };
  try {
    await navigator.locks.request(LOCK, { signal }, () => read(tell, signal));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    channel.close();
  }
}

export function useStreamState(): StreamState {
  return useSyncExternalStore(
    (listener) => {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    () => state,
  );
}

/** Calls back for each event of a topic; `image.*` takes all that begin so. */
export function useEvents(topics: readonly string[], onEvent: (event: Event) => void): void {
  const key = topics.join(',');
  useEffect(() => {
    const wanted = key.split(',').filter((topic) => topic !== '');
    const listener = (event: Event) => {
      if (wanted.some((topic) => isOf(event.topic, topic))) onEvent(event);
    };
    eventListeners.add(listener);
    return () => {
      eventListeners.delete(listener);
    };
  }, [key, onEvent]);
}

/** Tells whatever listens in this tab of something that was found by asking. */
export function tellHere(event: Event): void {
  for (const listener of eventListeners) listener(event);
}

function isOf(topic: string, pattern: string): boolean {
  return pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern;
}

function take(message: Message): void {
  switch (message.kind) {
    case 'event':
      for (const listener of eventListeners) listener(message.event);
      break;
    case 'state':
      if (state === message.state) break;
      state = message.state;
      for (const listener of stateListeners) listener();
      break;
    case 'reset':
      // Events were missed: whatever is shown may be old.
      void queryClient.invalidateQueries();
      break;
  }
}

async function read(tell: (message: Message) => void, signal: AbortSignal): Promise<void> {
  let last: string | null = null;
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    let began: number | null = null;
    let isBroken = false;
    try {
      const headers = new Headers({ accept: 'text/event-stream' });
      if (last !== null) headers.set('last-event-id', last);
      const response = await fetch(streamEvents.address({}), { headers, signal, credentials: 'same-origin' });
      if (response.status === 401) noteSessionEnded();
      if (response.status === 401 || response.status === 403) return;
      if (!response.ok || !response.body) throw new Error(`HTTP ${String(response.status)}`);
      noteAnswered();
      began = performance.now();
      tell({ kind: 'state', state: 'live' });
      for await (const block of blocks(response.body)) {
        last = block.id ?? last;
        if (block.event === 'reset') tell({ kind: 'reset' });
        else if (block.data !== '') tell({ kind: 'event', event: JSON.parse(block.data) as Event });
      }
    } catch {
      isBroken = true;
    }
    const hasLasted = began !== null && performance.now() - began >= SHORTEST_STREAM_MS;
    if (hasLasted) pause = FIRST_PAUSE_MS;
    if (hasLasted && !isBroken) continue;
    tell({ kind: 'state', state: 'paused' });
    await sleep(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

export interface Block {
  id: string | null;
  event: string;
  data: string;
}

/** The events of a stream (HTML Living Standard, 9.2.6), without those parts that this server does not send. */
export async function* blocks(body: ReadableStream<Uint8Array>): AsyncGenerator<Block> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) yield blockOf(part);
  }
}

function blockOf(text: string): Block {
  const block: Block = { id: null, event: 'message', data: '' };
  for (const line of text.split('\n')) {
    const at = line.indexOf(':');
    const value = line.slice(at + 1).replace(/^ /, '');
    switch (line.slice(0, at)) {
      case 'id':
        block.id = value;
        break;
      case 'event':
        block.event = value;
        break;
      case 'data':
        block.data += value;
        break;
    }
  }
  return block;
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
