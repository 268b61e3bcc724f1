// Prints how large the built console is, and fails above its budgets (docs/reference/limits.md): what a reader waits for is
// decided here, not by somebody's fast machine.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const SITE = fileURLToPath(new URL('../dist/site', import.meta.url));

const KB = 1000;
const BUDGETS = { scripts: 210 * KB, page: 40 * KB, styles: 110 * KB, all: 4_000 * KB };

/** Files that a list needs: with who is signed in and the rows these are the eight requests that the first rows wait for. */
const MOST_FILES = 6;

const files = readdirSync(SITE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(SITE, join(entry.parentPath, entry.name)));

const zipped = (name) => gzipSync(readFileSync(join(SITE, name)), { level: 9 }).length;
const text = (name) => readFileSync(join(SITE, name), 'utf8');

/** A script with all that it loads at once. */
function closure(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const match of text(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) closure(`assets/${match[1]}`, seen);
  return seen;
}

const scripts = files.filter((name) => name.endsWith('.js') && name.startsWith('assets/'));
const sum = (names) => [...names].reduce((total, name) => total + zipped(name), 0);
const entry = scripts.find((name) => text('index.html').includes(name));
const list = scripts.find((name) => /\/ImagesPage-/.test(name));
if (!entry || !list) throw new Error('the build has no entry or no list of images');
const shell = closure(entry);
const shellAndList = closure(list, new Set(shell));
const pages = scripts.filter((name) => /Page-/.test(name) && name !== list);
const largest = pages
  .map((name) => [name, sum([...closure(name)].filter((part) => !shellAndList.has(part)))])
  .sort(([, left], [, right]) => right - left)[0] ?? ['none', 0];
const styles = sum(files.filter((name) => name.endsWith('.css')));
// The server has each file once more: with brotli and gzip, or as it is.
const all = files
  .filter((name) => !files.includes(`${name}.br`))
  .reduce((total, name) => total + statSync(join(SITE, name)).size, 0);

/** The files that the first page names, and those that it loads for a page of its own. */
const named = [...text('index.html').matchAll(/(?:src|href)="\/((?:assets\/)?[^"]+\.(?:js|css))"/g)].map(([, name]) => name);
const [, places = ''] = /m\.f=\[([^\]]*)\]/.exec(text(entry)) ?? [];
const [, numbers = ''] = new RegExp(`${list.slice('assets/'.length).replaceAll('.', '\\.')}.\\),__vite__mapDeps\\(\\[([\\d,]*)\\]`).exec(text(entry)) ?? [];
const loaded = numbers === '' ? [] : numbers.split(',').map((number) => JSON.parse(places.split(',')[Number(number)]));
const requested = new Set(['index.html', ...named, ...shellAndList, ...loaded]);

const results = [
  ['shell and list of images, JavaScript (gzip)', sum(shellAndList), BUDGETS.scripts],
  [`largest further page, JavaScript (gzip): ${largest[0]}`, largest[1], BUDGETS.page],
  ['all styles (gzip)', styles, BUDGETS.styles],
  ['everything inside the server (brotli and gzip)', all, BUDGETS.all],
];
let isFine = true;
for (const [what, size, budget] of results) {
  const mark = size <= budget ? 'ok' : 'TOO LARGE';
  isFine &&= size <= budget;
  console.log(`${mark.padEnd(9)} ${String(Math.round(size / KB)).padStart(5)} kB of ${String(budget / KB).padStart(5)} kB  ${what}`);
}
const isFew = requested.size <= MOST_FILES;
isFine &&= isFew;
console.log(`${(isFew ? 'ok' : 'TOO MANY').padEnd(9)} ${String(requested.size).padStart(5)} of ${String(MOST_FILES).padStart(8)}     files of the list of images`);
if (!isFew) console.log([...requested].join('\n'));
process.exit(isFine ? 0 : 1);
