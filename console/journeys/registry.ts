// A registry of the journeys' own: Debian's docker-registry on loopback, with encryption by an authority that nobody knows,
// and an image in it that is made here.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildImage, digestOf } from './layout';

const run = promisify(execFile);

const PROGRAM = '/usr/bin/docker-registry';

export const HAS_REGISTRY = existsSync(PROGRAM);

export interface TestRegistry {
  address: string;
  /** The certificate of its authority, PEM. */
  authority: string;
  stop: () => void;
}

/** Starts it with an image that has an old package. */
export async function startRegistry(repository: string, tags: readonly string[]): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-registry-'));
  const port = await freePort();
  await certificates(folder);
  const configuration = {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${String(port)}`, tls: { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') } },
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(configuration));
  const program = spawn(PROGRAM, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const authority = readFileSync(join(folder, 'authority.pem'), 'utf8');
  const address = `127.0.0.1:${String(port)}`;
  const ask = (method: string, path: string, body?: Buffer, type?: string) => call(address, authority, method, path, body, type);
  await untilReady(() => ask('GET', '/v2/'));
  await pushImage(ask, repository, tags);
  return { address, authority, stop: () => { end(program, folder); } };
}

type Ask = (method: string, path: string, body?: Buffer, type?: string) => Promise<{ status: number; location: string }>;

/** An image with an old package, pushed as the distribution specification says. */
async function pushImage(ask: Ask, repository: string, tags: readonly string[]): Promise<void> {
  const { blobs, manifest } = await buildImage({ lodash: '4.17.11' });
  for (const blob of blobs) {
    const { location } = await ask('POST', `/v2/${repository}/blobs/uploads/`);
    const place = new URL(location, 'https://registry.example');
    place.searchParams.set('digest', digestOf(blob));
    await ask('PUT', place.pathname + place.search, blob, 'application/octet-stream');
  }
  for (const tag of tags) await ask('PUT', `/v2/${repository}/manifests/${tag}`, manifest, 'application/vnd.oci.image.manifest.v1+json');
}

function call(address: string, ca: string, method: string, path: string, body?: Buffer, type?: string): Promise<{ status: number; location: string }> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-length': body.length, 'content-type': type ?? 'application/octet-stream' } : { 'content-length': 0 };
    const sent = httpsRequest(`https://${address}${path}`, { method, ca, headers }, (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      if (status >= 400) reject(new Error(`${method} ${path}: ${String(status)}`));
      else resolve({ status, location: response.headers.location ?? '' });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function certificates(folder: string): Promise<void> {
  const openssl = (...parts: string[]) => run('openssl', parts, { cwd: folder });
  await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'authority.key', '-out', 'authority.pem', '-days', '2', '-subj', '/CN=Journeys authority');
  await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1');
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n');
  await openssl('x509', '-req', '-in', 'server.csr', '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial', '-out', 'server.pem', '-days', '2', '-extfile', 'names');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function untilReady(probe: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await probe();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error('docker-registry did not start');
}

function end(program: ChildProcess, folder: string): void {
  program.kill();
  rmSync(folder, { recursive: true, force: true });
}
