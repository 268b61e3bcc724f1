// The one place that speaks HTTP with the server. Pages call the functions of `generated.ts`, which are made by `operation`.
import { Failure, Unreachable, failureOf } from './failure';
import { noteAnswered, noteUnreachable } from './connection';

/** The prefix of every route of the API. */
export const PREFIX = '/api/v1';

/** An answer may take as long as the server allows it, and a little for the way. */
const LONGEST_ANSWER_MS = 65_000;

/** The same where a file is handed over. */
const LONGEST_UPLOAD_MS = 1_805_000;

/** The start page is a file: a server that takes longer over it is as good as away. */
const LONGEST_START_MS = 10_000;

export interface CallOptions {
  signal?: AbortSignal;
  /** The `ETag` of what is replaced: the server refuses where somebody else was faster. */
  ifMatch?: string | null;
  /** Makes a repeated creation harmless; `idempotencyKey()` makes one per dialog, not per click. */
  idempotencyKey?: string;
}

export interface Answer<Output> {
  data: Output;
  etag: string | null;
}

interface Input {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
}

/** An operation of the API. */
export interface Operation<In, Out> {
  (input: In, options?: CallOptions): Promise<Out>;
  /** The answer with its `ETag`, for what is edited. */
  answer: (input: In, options?: CallOptions) => Promise<Answer<Out>>;
  /** The address that it asks, for links and for "copy as API call". */
  address: (input: In) => string;
  id: string;
  method: string;
  /** `public`, `oneself`, or the permission that it needs. */
  rule: string;
}

export function operation<In extends object, Out>(
  id: string,
  method: string,
  template: string,
  rule: string,
): Operation<In, Out> {
  const addressOf = (input: In) => address(template, input);
  const answer = (input: In, options: CallOptions = {}) => send<Out>(method, addressOf(input), input, options);
  const call = async (input: In, options?: CallOptions) => (await answer(input, options)).data;
  return Object.assign(call, { answer, address: addressOf, id, method, rule });
}

export function idempotencyKey(): string {
  return crypto.randomUUID();
}

function address(template: string, input: Input): string {
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(input.path?.[name] ?? ''));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return PREFIX + path + (text === '' ? '' : `?${text}`);
}

async function send<Out>(method: string, url: string, input: Input, options: CallOptions): Promise<Answer<Out>> {
  const headers = new Headers({ accept: 'application/json' });
  const init: RequestInit = { method, headers, credentials: 'same-origin', redirect: 'error' };
  if (input.body instanceof Blob) {
    headers.set('content-type', 'application/octet-stream');
    init.body = input.body;
  } else if (input.body !== undefined) {
    headers.set('content-type', 'application/json');
    init.body = JSON.stringify(input.body);
  }
  if (options.ifMatch) headers.set('if-match', options.ifMatch);
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey);
  const limit = AbortSignal.timeout(input.body instanceof Blob ? LONGEST_UPLOAD_MS : LONGEST_ANSWER_MS);
  init.signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    noteUnreachable();
    throw new Unreachable();
  }
  noteAnswered();
  if (!response.ok) throw await failure(response);
  return { data: await content<Out>(response), etag: response.headers.get('etag') };
}

async function content<Out>(response: Response): Promise<Out> {
  if (response.status === 204) return undefined as Out;
  const kind = response.headers.get('content-type') ?? '';
  const isJson = kind.startsWith('application/json');
  return (isJson ? await response.json() : await response.text()) as Out;
}

async function failure(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => null);
  return failureOf(response.status, body, response.headers.get('x-request-id'));
}

/** Asks for the page that the console starts from, past all caches; `null` where the server does not give it. */
export async function readStart(): Promise<string | null> {
  try {
    const response = await fetch('/', { cache: 'no-store', credentials: 'same-origin', headers: { accept: 'text/html' }, signal: AbortSignal.timeout(LONGEST_START_MS) });
    if (!response.ok) throw new Error(`HTTP ${String(response.status)}`);
    const text = await response.text();
    noteAnswered();
    return text;
  } catch {
    noteUnreachable();
    return null;
  }
}
