// Which columns a list shows, in which order and how wide: `name:18,severity,age:6.5` in the address, with widths in rem where
// they are not the usual ones. The first column is the link of the row: it is always there, and always first.
import type { Column } from './definition';

/** How narrow and how wide a column may be, in rem. */
export const NARROWEST = 3;
export const WIDEST = 80;

interface Chosen {
  id: string;
  /** `null` for the usual one. */
  width: number | null;
}

/** The width that a column may have, to a tenth of a rem. */
export function bounded(width: number): number {
  return Math.round(Math.min(Math.max(width, NARROWEST), WIDEST) * 10) / 10;
}

/** What of a choice is known here, each column once; empty for the usual ones. */
export function knownColumns(text: string | undefined, known: readonly string[]): string {
  return chosenOf(text ?? '', known).map(written).join(',');
}

/** The columns that a choice shows; the usual ones where it is empty. */
export function shownOf<Item>(columns: readonly Column<Item>[], text: string): readonly Column<Item>[] {
  const [name, ...others] = columns;
  if (!name) return [];
  const chosen = chosenOf(text, columns.map(({ id }) => id));
  if (chosen.length === 0) return [name, ...others.filter((column) => !column.isHidden)];
  const own = chosen.find(({ id }) => id === name.id);
  return [
    wide(name, own?.width ?? null),
    ...chosen.flatMap(({ id, width }) => others.filter((column) => column.id === id).map((column) => wide(column, width))),
  ];
}

/** The choice that shows these columns; empty where they are the usual ones. */
export function textOf<Item>(columns: readonly Column<Item>[], shown: readonly Column<Item>[]): string {
  const usualOf = ({ id, width }: Column<Item>): Chosen => ({ id, width: columns.find((column) => column.id === id)?.width === width ? null : width });
  const all = shown.map(usualOf);
  const isUsual = all.every(({ width }) => width === null) && all.map(({ id }) => id).join() === shownOf(columns, '').map(({ id }) => id).join();
  if (isUsual) return '';
  // The name need not be named, but where it is all there is.
  return all.filter(({ width }, at) => at > 0 || width !== null || all.length === 1).map(written).join(',');
}

/** The choice that shows the usual columns by name, where none would show what a reader keeps. */
export function usualOf<Item>(columns: readonly Column<Item>[]): string {
  return shownOf(columns, '').map(({ id }) => id).join(',');
}

/** All columns but the first in the order in which a menu lists them: those that are shown as they stand, the others where they would. */
export function inOrder<Item>(columns: readonly Column<Item>[], shown: readonly Column<Item>[]): readonly Column<Item>[] {
  const missing = columns.slice(1).filter((column) => !has(shown, column.id));
  return missing.reduce<readonly Column<Item>[]>((all, column) => inserted(columns, all, column), shown.slice(1));
}

/** The columns with one more, in its usual place, or one less. */
export function toggledColumn<Item>(columns: readonly Column<Item>[], shown: readonly Column<Item>[], id: string): readonly Column<Item>[] {
  if (has(shown, id)) return shown.filter((column) => column.id !== id);
  const column = columns.find((one) => one.id === id);
  return column ? [...shown.slice(0, 1), ...inserted(columns, shown.slice(1), column)] : shown;
}

/** The columns with one of them further to the right, or to the left; the first stays the first. */
export function movedColumn<Item>(shown: readonly Column<Item>[], id: string, by: 1 | -1): readonly Column<Item>[] {
  const at = shown.findIndex((column) => column.id === id);
  const [column, other] = [shown[at], shown[at + by]];
  if (at < 1 || at + by < 1 || !column || !other) return shown;
  return shown.map((one, place) => (place === at ? other : place === at + by ? column : one));
}

/** The columns with another width of one of them; the usual one where it is `null`. */
export function sizedColumn<Item>(columns: readonly Column<Item>[], shown: readonly Column<Item>[], id: string, width: number | null): readonly Column<Item>[] {
  const usual = columns.find((column) => column.id === id)?.width ?? NARROWEST;
  return shown.map((column) => (column.id === id ? { ...column, width: width === null ? usual : bounded(width) } : column));
}

/**
 * The width that a column must have to look as wide as is wanted, beside others that take `rest`, in a table of `whole`: where
 * there is more room than they need, all columns grow alike.
 */
export function widthFor(wanted: number, rest: number, whole: number): number {
  const grows = rest > 0 && rest + wanted < whole;
  return bounded(grows ? (wanted * rest) / (whole - wanted) : wanted);
}

function chosenOf(text: string, known: readonly string[]): readonly Chosen[] {
  const all = new Map<string, Chosen>();
  for (const part of text.split(',')) {
    const [id = '', given = ''] = part.split(':');
    const width = Number.parseFloat(given);
    if (known.includes(id) && !all.has(id)) all.set(id, { id, width: Number.isFinite(width) ? bounded(width) : null });
  }
  return [...all.values()];
}

function written({ id, width }: Chosen): string {
  return width === null ? id : `${id}:${String(width)}`;
}

function wide<Item>(column: Column<Item>, width: number | null): Column<Item> {
  return width === null || width === column.width ? column : { ...column, width };
}

function has<Item>(shown: readonly Column<Item>[], id: string): boolean {
  return shown.some((column) => column.id === id);
}

/** Before the first one that usually stands behind it. */
function inserted<Item>(columns: readonly Column<Item>[], shown: readonly Column<Item>[], column: Column<Item>): readonly Column<Item>[] {
  const placeOf = (id: string) => columns.findIndex((one) => one.id === id);
  const behind = shown.findIndex(({ id }) => placeOf(id) > placeOf(column.id));
  return behind < 0 ? [...shown, column] : [...shown.slice(0, behind), column, ...shown.slice(behind)];
}
