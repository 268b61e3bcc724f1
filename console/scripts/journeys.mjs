// Runs the journeys once with each store. Usage: npm run journeys -- FOLDER-OF-PROGRAMS [sqlite|postgresql [-t NAME]]
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const [programs, only, ...more] = process.argv.slice(2);
if (!programs) {
  console.error('usage: npm run journeys -- FOLDER-OF-PROGRAMS [sqlite|postgresql]');
  process.exit(2);
}
// How pages look does not depend on the store: one is enough for that, and it takes half of the time.
const LOOKS = /every page|narrow windows/;

for (const store of only ? [only] : ['sqlite', 'postgresql']) {
  const some = only || store === 'sqlite' ? more : ['-t', `^(?!.*(${LOOKS.source}))`];
  const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'journeys/vitest.config.ts', ...some], {
    stdio: 'inherit',
    env: { ...process.env, BULKHEAD_STORE: store, BULKHEAD_PROGRAMS: resolve(programs) },
  });
  if (status !== 0) process.exit(status ?? 1);
}
