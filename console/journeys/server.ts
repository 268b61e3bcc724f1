// The real server in a folder of its own, with a first user, a policy, intelligence and images that came in by its API.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request, type APIRequestContext } from 'playwright-core';
import { IMAGES, POLICY, feed, image } from './data';
import { freePort } from './port';
import { startPostgres, type Database } from './postgres';

const run = promisify(execFile);

export const ADMIN = { name: 'admin', password: 'correct horse battery staple' };

/** How long a server may take to be ready. */
const READY_MS = 60_000;

export type StoreName = 'sqlite' | 'postgresql';

export interface Server {
  origin: string;
  /** The program itself, where a preview of the console stands before it. */
  direct: string;
  /** The file with the certificate of the server's own authority. */
  authority: string;
  /** The API as the first user. */
  api: APIRequestContext;
  /** The link that the server printed, whose secret works while there is no user. */
  setupLink: string;
  /** Stops the program and starts it again on the same port and data. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
  /** Puts newer intelligence in place, with these advisories beside those of before; the server takes it when it looks. */
  publish: (more: Record<string, unknown>) => Promise<void>;
  remove: () => Promise<void>;
}

/** Starts a server without any data, or with those of a folder; `settings` are variables of its environment. */
export async function startServer(programs: string, store: StoreName, settings: Readonly<Record<string, string>> = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-journeys-'));
  const database: Database | null = store === 'postgresql' ? await startPostgres() : null;
  const data = join(folder, 'data');
  mkdirSync(data);
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    BULKHEAD_DATA_DIR: data,
    BULKHEAD_OPERATIONS_LISTEN: 'off',
    BULKHEAD_LOG_LEVEL: 'warn',
    BULKHEAD_DRAIN_SECONDS: '1',
    BULKHEAD_CA_FILE: join(folder, 'ca.pem'),
    ...(database ? { BULKHEAD_DATABASE_URL: database.url } : {}),
    ...settings,
  };
  await buildIntelligence(programs, folder, join(data, 'intelligence.db'));
  // Where there are users no link is printed.
  const hasUsers = settings.BULKHEAD_DATA_DIR !== undefined;
  let child: ChildProcess | null = null;
  let port = '0';
  let setupLink = '';
  const start = async () => {
    const started = spawn(join(programs, 'bulkhead-server'), { env: { ...environment, BULKHEAD_LISTEN: `127.0.0.1:${port}` }, stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    port = await new Promise<string>((resolve, reject) => {
      let said = '';
      const timer = setTimeout(() => { reject(new Error(`the server was not ready: ${said}`)); }, READY_MS);
      started.once('exit', (code) => { reject(new Error(`the server ended with ${String(code)}: ${said}`)); });
      started.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        setupLink = /^setup: (\S+)$/m.exec(said)?.[1] ?? setupLink;
        const ready = /^ready: https:\/\/[^:]+:(\d+)$/m.exec(said)?.[1];
        if (!ready || (setupLink === '' && port === '0' && !hasUsers)) return;
        clearTimeout(timer);
        resolve(ready);
      });
    });
  };
  const stop = async () => {
    const running = child;
    child = null;
    if (running?.exitCode !== null || !running.pid) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGTERM');
    await ended;
  };
  await start();
  const own = `https://localhost:${port}`;
  const preview = process.env.BULKHEAD_PREVIEW ? await startPreview(own) : null;
  const origin = preview?.origin ?? own;
  const api = await request.newContext({ baseURL: origin, ignoreHTTPSErrors: true });
  return {
    origin,
    direct: own,
    authority: join(folder, 'ca.pem'),
    api,
    setupLink,
    start,
    stop,
    publish: async (more) => {
      await buildIntelligence(programs, folder, join(folder, 'next.db'), more);
      renameSync(join(folder, 'next.db'), join(data, 'intelligence.db'));
    },
    remove: async () => {
      await api.dispose();
      preview?.stop();
      await stop();
      await database?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Signs in as the first user and brings in the small set of data. */
export async function fill(server: Server): Promise<void> {
  await post(server, '/api/v1/sessions', ADMIN);
  await post(server, '/api/v1/policies', { document: POLICY });
  for (let number = 1; number <= IMAGES; number += 1) {
    const { reference, index } = image(number);
    await post(server, `/api/v1/images?reference=${encodeURIComponent(reference)}`, index);
  }
}

/** Asks the API as the first user, and fails where it refuses. */
export async function post(server: Server, path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await server.api.post(path, { maxRetries: 2, data: body });
  if (!answer.ok()) throw new Error(`POST ${path}: ${String(answer.status())} ${await answer.text()}`);
  return answer.status() === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
}

/** The console as `npm run build` left it, in front of a server that was built before: for work on the console alone. */
async function startPreview(server: string): Promise<{ origin: string; stop: () => void }> {
  const port = String(await freePort());
  const vite = spawn(process.execPath, ['node_modules/vite/bin/vite.js', 'preview', '--outDir', 'dist/site', '--strictPort', '--port', port], {
    env: { ...process.env, BULKHEAD_ORIGIN: server },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    vite.once('exit', () => { reject(new Error('vite preview ended')); });
    vite.stdout.setEncoding('utf8').on('data', (text: string) => { if (text.includes('Local')) resolve(); });
  });
  return { origin: `http://localhost:${port}`, stop: () => vite.kill() };
}

/** Builds intelligence of the journeys' feed and more, as of a moment, signed where there is a key. */
export async function buildIntelligence(
  programs: string,
  folder: string,
  target: string,
  more: Record<string, unknown> = {},
  { modified, key }: { modified?: string; key?: string } = {},
): Promise<void> {
  const feeds = join(folder, 'feeds', 'osv', 'npm');
  mkdirSync(feeds, { recursive: true });
  for (const [name, record] of Object.entries({ ...feed(modified), ...more })) writeFileSync(join(feeds, name), JSON.stringify(record));
  const signing = key === undefined ? [] : ['--sign', key];
  await run(join(programs, 'bulkhead'), ['intel', 'build', '--quiet', '--feeds', join(folder, 'feeds'), '--out', target, ...signing]);
}
