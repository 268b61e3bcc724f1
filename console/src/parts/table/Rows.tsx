import '@patternfly/react-styles/css/components/Table/table.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useLayoutEffect, useRef, useState, type DragEvent, type MouseEvent } from 'react';
import { useMessages } from '../../i18n/language';
import { useShortcut } from '../../frame/shortcuts';
import { Skeleton } from '../Skeleton';
import { cellClass, type BulkAction, type Column } from './definition';
import { Head, TICK_WIDTH, type ColumnChanges } from './Head';
import { messages } from './messages';
import { useRowKeys } from './rowKeys';
import type { RowRange, Rows as RowsOfList } from './useRows';
import type { RowSelection } from './useSelection';

/** The height of a row in pixels: fixed, so that nothing is measured while scrolling. */
const ROW_HEIGHT = 40;

const OVERSCAN = 10;

interface RowsProps<Item> extends Pick<ColumnChanges, 'onSize' | 'onMove'> {
  label: string;
  /** Changes where another list is shown: it begins at its top. */
  listKey: string;
  rows: RowsOfList<Item>;
  columns: readonly Column<Item>[];
  sort: string;
  onSort: (sort: string) => void;
  rowKey: (item: Item) => string;
  /** The keys of rows whose object is gone. */
  gone: ReadonlySet<string>;
  rowName: (item: Item) => string;
  selection: RowSelection | null;
  onWhy: ((item: Item) => void) | undefined;
  /** What can be done to rows, some of it with a key. */
  bulk: readonly BulkAction[];
  onRange: (range: RowRange) => void;
}

/** The table itself: as many plain rows as the window shows, and space for the others. */
export function Rows<Item>({ label, listKey, rows, columns, sort, onSort, onSize, onMove, rowKey, gone, rowName, selection, onWhy, bulk, onRange }: RowsProps<Item>) {
  const t = useMessages(messages);
  const scroller = useRef<HTMLDivElement>(null);
  const isSkeleton = rows.isPending;
  const count = isSkeleton ? 12 : rows.count;
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    onRange({ first, last });
  }, [first, last, onRange]);
  useLayoutEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [listKey]);
  const keyAt = (index: number) => {
    const item = isSkeleton ? undefined : rows.item(index);
    return item === undefined ? null : rowKey(item);
  };
  const { onKeyDown, focused } = useRowKeys({
    scroller,
    count,
    known: isSkeleton ? count : rows.known,
    scrollTo: (index) => { virtualizer.scrollToIndex(index); },
    onWhy: (index) => {
      const item = rows.item(index);
      if (item !== undefined) onWhy?.(item);
    },
    onTick: selection && ((index) => {
      const key = keyAt(index);
      if (key !== null) selection.toggle(key);
    }),
  });

  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  // What is dragged stands there until the columns are those that were asked for.
  const [draft, setDraft] = useState<{ id: string; width: number; of: readonly Column<Item>[] } | null>(null);
  const drawn = draft?.of === columns ? columns.map((column) => (column.id === draft.id ? { ...column, width: draft.width } : column)) : columns;
  const changes: ColumnChanges = { onDraft: (id, width) => { setDraft(width === null ? null : { id, width, of: columns }); }, onSize, onMove };
  const width = drawn.reduce((sum, column) => sum + column.width, selection ? TICK_WIDTH : 0);
  return (
    <div className={rows.isOld ? 'bh-rows bh-rows-old' : 'bh-rows'} ref={scroller} tabIndex={0} role="group" aria-label={label} aria-busy={rows.isPending || rows.isOld} onKeyDown={onKeyDown}>
      {selection && <ActionKey keys="Space" says={t('keys.tick')} run={null} />}
      {bulk.map(({ id, label: says, shortcut, run }) => shortcut !== undefined && (
        <ActionKey
          key={id}
          keys={shortcut}
          says={says}
          run={() => {
            const key = keyAt(focused());
            if (key !== null) run({ kind: 'rows', keys: [key] }, () => undefined);
          }}
        />
      ))}
      <table className="pf-v6-c-table pf-m-compact bh-table" aria-label={label} aria-rowcount={rows.total === null ? -1 : rows.total + 1} style={{ minWidth: `${String(width)}rem` }}>
        <Head columns={drawn} sort={sort} onSort={onSort} isSelectable={selection !== null} changes={changes} />
        <tbody className="pf-v6-c-table__tbody" role="rowgroup" onClickCapture={keepSelection} onDragStart={neverDrag}>
          {before > 0 && <tr aria-hidden="true"><td colSpan={columns.length + 1} style={{ height: before, padding: 0 }} /></tr>}
          {items.map(({ index }) => {
            const item = isSkeleton ? undefined : rows.item(index);
            if (item === undefined) return <SkeletonRow key={`skeleton-${String(index)}`} index={index} columns={columns.length + (selection ? 1 : 0)} />;
            const key = rowKey(item);
            return (
              <Row
                key={key}
                item={item}
                id={key}
                index={index}
                columns={columns}
                isGone={gone.has(key)}
                name={selection ? rowName(item) : ''}
                isSelected={selection ? selection.has(key) : null}
                onSelect={selection?.toggle}
              />
            );
          })}
          {after > 0 && <tr aria-hidden="true"><td colSpan={columns.length + 1} style={{ height: after, padding: 0 }} /></tr>}
        </tbody>
      </table>
    </div>
  );
}

/** Whoever has just marked text of a row wants to copy it, not to open what it leads to. */
function keepSelection(event: MouseEvent<HTMLElement>): void {
  const selection = getSelection();
  // Enter on a link is a click as well, which no pointer made.
  if (event.detail === 0 || !selection || selection.isCollapsed) return;
  if ((event.target as Element).closest('a') && selection.containsNode(event.target as Node, true)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Dragging over a link marks its text. */
function neverDrag(event: DragEvent<HTMLElement>): void {
  event.preventDefault();
}

interface RowProps<Item> {
  item: Item;
  id: string;
  index: number;
  columns: readonly Column<Item>[];
  isGone: boolean;
  name: string;
  isSelected: boolean | null;
  /** Stays the same function: it is given the key of the row. */
  onSelect: ((key: string) => void) | undefined;
}

/** A row of plain cells: with a component for each cell the same scroll took three times as long. */
const Row = memo(PlainRow, (before, after) =>
  before.item === after.item &&
  before.id === after.id &&
  before.index === after.index &&
  before.columns === after.columns &&
  before.isGone === after.isGone &&
  before.name === after.name &&
  before.isSelected === after.isSelected &&
  before.onSelect === after.onSelect,
) as typeof PlainRow;

function PlainRow<Item>({ item, id, index, columns, isGone, name, isSelected, onSelect }: RowProps<Item>) {
  const t = useMessages(messages);
  return (
    <tr className={isGone ? 'pf-v6-c-table__tr bh-row-gone' : 'pf-v6-c-table__tr'} role="row" aria-rowindex={index + 2} data-row={index}>
      {isSelected !== null && (
        <td className="pf-v6-c-table__td bh-tick" role="cell">
          <input type="checkbox" checked={isSelected} onChange={() => { onSelect?.(id); }} aria-label={t('select.row', { row: name })} />
        </td>
      )}
      {columns.map((column, at) => (
        <td key={column.id} className={cellClass('td', column, at)} role="cell" data-label={column.title}>
          {isGone && at === 0 && <strong className="bh-gone">{t('gone')}</strong>}
          {column.cell(item)}
        </td>
      ))}
    </tr>
  );
}

function SkeletonRow({ index, columns }: { index: number; columns: number }) {
  return (
    <tr className="pf-v6-c-table__tr" role="row" aria-rowindex={index + 2} data-row={index} aria-hidden="true">
      {Array.from({ length: columns }, (_, at) => (
        <td key={at} className="pf-v6-c-table__td" role="cell"><Skeleton width={at === 0 ? 'long' : 'short'} /></td>
      ))}
    </tr>
  );
}

/** A key that does something to the row that has the focus. */
function ActionKey({ keys, says, run }: { keys: string; says: string; run: (() => void) | null }) {
  useShortcut(keys, says, run);
  return null;
}
