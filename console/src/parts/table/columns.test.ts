import { expect, test } from 'vitest';
import { inOrder, knownColumns, movedColumn, shownOf, sizedColumn, textOf, toggledColumn, widthFor } from './columns';
import type { Column } from './definition';

const column = (id: string, width: number, isHidden = false): Column<string> => ({ id, title: id, width, isHidden, cell: (item) => item });

const COLUMNS = [column('name', 18), column('severity', 8), column('size', 6), column('age', 10, true), column('os', 12)];

const told = (columns: readonly Column<string>[]) => columns.map(({ id, width }) => `${id} ${String(width)}`);
const shown = (text: string) => shownOf(COLUMNS, text);

test('an address tells columns in their order, with widths where these are others than usual', () => {
  expect(told(shown(''))).toEqual(['name 18', 'severity 8', 'size 6', 'os 12']);
  expect(told(shown('age,severity:9.5'))).toEqual(['name 18', 'age 10', 'severity 9.5']);
  expect(told(shown('size,name:24'))).toEqual(['name 24', 'size 6']);
  expect(told(shown('name'))).toEqual(['name 18']);
});

test('what an address says and nobody knows is left out, and widths have bounds', () => {
  expect(knownColumns('age,color:3,age:4,size:1000,os:1,severity:wide', ['name', 'age', 'size', 'os', 'severity'])).toBe('age,size:80,os:3,severity');
  expect(knownColumns('color', ['name'])).toBe('');
  expect(knownColumns(undefined, ['name'])).toBe('');
});

test.each(['', 'age,severity:9.5', 'name:24,size', 'name', 'name:4', 'os,size,severity'])('what is shown is written as it was read (%j)', (text) => {
  expect(textOf(COLUMNS, shown(text))).toBe(text);
});

test('the usual columns in their order and widths are written as nothing', () => {
  expect(textOf(COLUMNS, shown('severity,size,os'))).toBe('');
  expect(textOf(COLUMNS, shown('severity:8,size:6,os:12'))).toBe('');
  expect(textOf(COLUMNS, shown('severity,os,size'))).toBe('severity,os,size');
});

test('a column comes where it usually stands, also among others that were moved', () => {
  expect(textOf(COLUMNS, toggledColumn(COLUMNS, shown(''), 'age'))).toBe('severity,size,age,os');
  expect(textOf(COLUMNS, toggledColumn(COLUMNS, shown('os:9,severity'), 'size'))).toBe('size,os:9,severity');
  expect(textOf(COLUMNS, toggledColumn(COLUMNS, shown('severity'), 'severity'))).toBe('name');
  expect(inOrder(COLUMNS, shown('')).map(({ id }) => id)).toEqual(['severity', 'size', 'age', 'os']);
  expect(inOrder(COLUMNS, shown('os,severity')).map(({ id }) => id)).toEqual(['size', 'age', 'os', 'severity']);
});

test('columns move by one place, and none before the name', () => {
  expect(textOf(COLUMNS, movedColumn(shown(''), 'size', -1))).toBe('size,severity,os');
  expect(textOf(COLUMNS, movedColumn(shown(''), 'size', 1))).toBe('severity,os,size');
  for (const [id, by] of [['severity', -1], ['os', 1], ['name', 1], ['age', 1]] as const) expect(movedColumn(shown(''), id, by)).toEqual(shown(''));
});

test('a column has another width, and its usual one again', () => {
  const wider = sizedColumn(COLUMNS, shown(''), 'size', 9.26);
  expect(textOf(COLUMNS, wider)).toBe('severity,size:9.3,os');
  expect(textOf(COLUMNS, sizedColumn(COLUMNS, wider, 'size', null))).toBe('');
});

test('a column that is dragged is as wide as the pointer says, whether columns grow or not', () => {
  // Two columns of 10 in 50 are 25 each; 15 beside 10 are 30 and 20.
  expect(widthFor(25, 10, 50)).toBe(10);
  expect(widthFor(30, 10, 50)).toBe(15);
  // Where there is no room to grow it is what it looks like.
  expect(widthFor(30, 40, 50)).toBe(30);
  expect(widthFor(30, 0, 50)).toBe(30);
  expect(widthFor(-5, 40, 50)).toBe(3);
});
