import { expect, test } from 'vitest';

const routes = import.meta.glob<string>('../pages/**/route.ts', { query: '?raw', import: 'default', eager: true });

test('no two pages have the same letter after g', () => {
  const letters = Object.values(routes).flatMap((text) => [...text.matchAll(/letter: '(.)'/g)].map(([, letter]) => letter));
  expect(letters.length).toBeGreaterThan(10);
  expect([...new Set(letters)].sort()).toEqual([...letters].sort());
});
