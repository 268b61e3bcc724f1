// What a page says of its table.
import type { ReactNode } from 'react';
import type { Event, Job } from '../../client/generated';
import type { CallOptions } from '../../client/transport';
import type { FilterKey } from './filter';
import type { ListSource } from './source';

export interface Column<Item> {
  id: string;
  /** The heading, in the reader's language. */
  title: string;
  /** The width in rem; where there is more room all columns grow alike. */
  width: number;
  /** As wide on narrow windows as well: the first column says nothing where it is cut, as a time. */
  isWhole?: boolean;
  /** The key that the server sorts by, and whether the first click puts the greatest first. */
  sort?: { key: string; isGreatestFirst?: boolean; isOnlyGreatestFirst?: boolean };
  /** Numbers stand at the end. */
  isNumber?: boolean;
  /** Only shown where the reader chose it. */
  isHidden?: boolean;
  cell: (item: Item) => ReactNode;
}

/** The class of a cell: numbers stand at its end, and the first column says of which row it is. */
export function cellClass<Item>(element: 'th' | 'td', { isNumber }: Column<Item>, at: number): string {
  return `pf-v6-c-table__${element}${isNumber ? ' bh-number' : ''}${at === 0 ? ' bh-first' : ''}`;
}

/** What a bulk action is done to: some rows, or whatever matches a filter, with the number that the reader saw. */
export type Selection = { kind: 'rows'; keys: readonly string[] } | { kind: 'matching'; filter: string; total: number; /** There may be more: nobody counted them to the end. */ isLeast: boolean };

export interface BulkAction {
  id: string;
  label: string;
  isDanger?: boolean;
  /** A key that does it to the row that has the focus. */
  shortcut?: string;
  /** Opens whatever asks for the rest: reason, preview. Once it has begun, `clear` takes the ticks off. */
  run: (selection: Selection, clear: () => void) => void;
}

/** What a list was asked for: which rows, in which order (empty: the list's own). */
export interface Asked {
  filter: string;
  sort: string;
}

/** A way out: a file with all rows of a filter, in the order of the list. */
export interface Export {
  id: string;
  /** What it is, and as what: `Findings as SARIF`. */
  label: string;
  help?: string;
  /** Sends the rows as they are read. */
  address: (asked: Asked) => string;
  /** Makes the file as a job. */
  begin: (asked: Asked, options: CallOptions) => Promise<Job>;
}

export interface ResourceTableProps<Item> {
  /** What the rows are, for screen readers: "Images". */
  label: string;
  source: ListSource<Item>;
  columns: readonly Column<Item>[];
  filters: readonly FilterKey[];
  /** The name that the server suggests values of the list under: `images`. */
  resource?: string;
  /** A part of the filter that the page sets and the reader cannot take away: `kind:secret`. */
  fixedFilter?: string;
  defaultSort?: string;
  rowKey: (item: Item) => string;
  /** What a row is called, where it can be selected. */
  rowName?: (item: Item) => string;
  /** Opens the reasons of a row, for the key `w`. */
  onWhy?: (item: Item) => void;
  /** The events after which the list may have changed: `image.*`. */
  topics?: readonly string[];
  /** Which of these are about the list; all of them where it does not say. */
  isNews?: (event: Event) => boolean;
  /** The event that tells that the object of a row is gone: the row stays in its place, and says so. */
  goneTopic?: string;
  bulk?: readonly BulkAction[];
  exports?: readonly Export[];
  /** What stands there while nothing exists: what the page is for, and what to do next. */
  empty: ReactNode;
  /** Beside the filter. */
  actions?: ReactNode;
  /** The page tells of the jobs that were begun on it by itself: this list is one of its parts. */
  isPart?: boolean;
  /** Lists without filter: no search field. */
  isUnfiltered?: boolean;
}
