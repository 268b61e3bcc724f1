// A PostgreSQL of the tests' own, from the Debian package: a folder, a socket in it, nothing on the network.
import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './port';

const run = promisify(execFile);

const PACKAGE = '/usr/lib/postgresql';

export interface Database {
  url: string;
  stop: () => Promise<void>;
}

/** Starts a database. As root it runs as the user of the package: PostgreSQL refuses root. */
export async function startPostgres(): Promise<Database> {
  const version = existsSync(PACKAGE) ? readdirSync(PACKAGE).sort((left, right) => Number(right) - Number(left))[0] : undefined;
  if (!version) throw new Error('PostgreSQL is not here; scripts/setup test installs it');
  const programs = `${PACKAGE}/${version}/bin`;
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-postgresql-'));
  const owner = await ownerOf(folder);
  await run(`${programs}/initdb`, ['--pgdata', `${folder}/data`, '--username', 'bulkhead', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'], owner);
  const port = await freePort();
  const server = spawn(`${programs}/postgres`, ['-D', `${folder}/data`, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'], { ...owner, stdio: 'ignore' });
  await waitUntilReady(programs, port);
  return {
    url: `postgres://bulkhead@127.0.0.1:${String(port)}/postgres`,
    stop: async () => {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ownerOf(folder: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout.trim());
  const [uid, gid] = await Promise.all([id('-u'), id('-g')]);
  chownSync(folder, uid, gid);
  return { uid, gid };
}

async function waitUntilReady(programs: string, port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    try {
      await run(`${programs}/pg_isready`, ['-q', '-h', '127.0.0.1', '-p', String(port)]);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error('PostgreSQL did not start');
}
