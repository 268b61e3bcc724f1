// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { useTitle } from './title';

afterEach(cleanup);

function Page({ name }: { name: string | undefined }) {
  useTitle(name);
  return null;
}

test('what reorders a name does not reorder the title of the window', () => {
  const { rerender } = render(<Page name={'prod\u202Eyxo'} />);
  expect(document.title).toBe('prod\\u{202e}yxo · Bulkhead');
  rerender(<Page name={undefined} />);
  expect(document.title).toBe('prod\\u{202e}yxo · Bulkhead');
});

test('whoever names the window does so here; the frame has names of its own pages alone', () => {
  const sources = import.meta.glob<string>('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
  const others = Object.entries(sources).filter(([path, text]) => !path.includes('.test.') && text.includes('document.title')).map(([path]) => path);
  expect(others.sort()).toEqual(['./Content.tsx', './title.ts']);
});
