import { defineConfig } from 'vitest/config';

/** Beside the journeys there are programs that use their server and data: `budgets` and `screenshots`. */
const only = process.env.BULKHEAD_JOURNEYS_ONLY;

export default defineConfig({
  test: {
    include: [only ? `journeys/${only}.ts` : 'journeys/**/*.journey.ts'],
    // One server and one browser at a time: journeys are about what readers see, not about load.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 180_000,
    reporters: ['verbose'],
  },
});
