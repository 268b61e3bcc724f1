import { defineConfig } from 'vitest/config';
import { sharedSentences } from './sentences.ts';

export default defineConfig({
  plugins: [sharedSentences()],
  test: {
    // Components of PatternFly bring their styles as files that Node does not read.
    server: { deps: { inline: [/@patternfly/] } },
    // A machine that does much else is no reason to fail.
    testTimeout: 20_000, setupFiles: ['./vitest.setup.ts'], include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'] },
});
