import { defineConfig } from 'vitest/config';
import { sharedSentences } from './sentences';

export default defineConfig({
  plugins: [sharedSentences()],
  test: { include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'] },
});
