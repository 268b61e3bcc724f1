import { expect, test } from 'vitest';

const sources = import.meta.glob<string>('../**/*.tsx', { query: '?raw', import: 'default', eager: true });

/** Drawn by `Rows` alone, which has them. */
const WITHIN = ['./table/Head.tsx'];

test('whatever draws a table brings the styles of tables: without them its cells stick together', () => {
  const bare = Object.entries(sources)
    .filter(([path, text]) => text.includes('"pf-v6-c-table ') && !text.includes('components/Table/table.css') && !WITHIN.includes(path))
    .map(([path]) => path);
  expect(bare).toEqual([]);
});
