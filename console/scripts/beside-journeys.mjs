// Runs a program of the folder of journeys once, with their server, data and browser.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export function runBesideJourneys(name, programs, environment = {}) {
  if (!programs) {
    console.error(`usage: npm run ${name} -- FOLDER-OF-PROGRAMS`);
    process.exit(2);
  }
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'journeys/vitest.config.ts', '--silent=false', '--reporter=dot'], {
    stdio: 'inherit',
    env: { ...process.env, ...environment, BULKHEAD_JOURNEYS_ONLY: name, BULKHEAD_STORE: 'sqlite', BULKHEAD_PROGRAMS: resolve(programs) },
  });
  process.exit(status ?? 1);
}
