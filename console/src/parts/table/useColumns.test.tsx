// @vitest-environment jsdom
import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { Column } from './definition';
import { useColumns } from './useColumns';

afterEach(() => {
  cleanup();
  localStorage.clear();
});

const column = (id: string, isHidden = false): Column<string> => ({ id, title: id, width: 10, isHidden, cell: (item) => item });

const COLUMNS = [column('name'), column('size'), column('age', true)];

/** What is shown, how a view would say so, and what an address has to say for the usual columns. */
function at(columns: string): [string[], string, string] {
  const change = vi.fn();
  const [shown, text, , usual] = renderHook(() => useColumns('things', COLUMNS, { filter: '', sort: '', columns }, change)).result.current;
  return [shown.map(({ id }) => id), text, usual];
}

test('a view with the usual columns shows them also where a reader keeps others', () => {
  expect(at('')).toEqual([['name', 'size'], '', '']);
  localStorage.setItem('bulkhead.columns.things', 'age');
  expect(at('')).toEqual([['name', 'age'], 'age', 'name,size']);
  expect(at('name,size')).toEqual([['name', 'size'], '', 'name,size']);
});

test.each([['{"a":1},constructor:9,age:1e999', ['name', 'age']], ['null', ['name', 'size']], [':::,,', ['name', 'size']]])('what a browser keeps and nobody wrote is passed over (%j)', (kept, shown) => {
  localStorage.setItem('bulkhead.columns.things', kept);
  expect(at('')[0]).toEqual(shown);
});
