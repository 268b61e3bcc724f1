// Prints what the console costs a reader, measured with a real Chromium, beside its budgets (docs/reference/limits.md).
// Usage: npm run budgets -- FOLDER-OF-PROGRAMS
//   BULKHEAD_BUDGETS_FOLDER    a data folder with a filled store, such as the benchmark of the server keeps one in
//                              BULKHEAD_BENCH_FOLDER, which stands for it; without one a small store is made and removed
//   BULKHEAD_BUDGETS_NAME, BULKHEAD_BUDGETS_PASSWORD   who signs in there: those of that benchmark where they are not given
//   BULKHEAD_BUDGETS_IMAGES    how many images the small store has (200)
//   BULKHEAD_BUDGETS_UPDATES   how many live updates the memory is watched over (1000)
import { runBesideJourneys } from './beside-journeys.mjs';

const { BULKHEAD_BUDGETS_FOLDER, BULKHEAD_BENCH_FOLDER } = process.env;

runBesideJourneys('budgets', process.argv[2], { BULKHEAD_BUDGETS_FOLDER: BULKHEAD_BUDGETS_FOLDER ?? BULKHEAD_BENCH_FOLDER ?? '' });
