// Takes the pictures of the README: real server, real console, real Chromium, both languages.
// Usage: npm run screenshots -- FOLDER-OF-PROGRAMS
import { runBesideJourneys } from './beside-journeys.mjs';

runBesideJourneys('screenshots', process.argv[2]);
