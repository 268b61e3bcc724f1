import { useRef, useState, type ReactNode } from 'react';
import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { cellClass, type Column } from './definition';
import { Edge } from './Edge';
import { messages } from './messages';
import { useKeptFocus } from './useKeptFocus';
import type { Typing } from './useTableState';

/** The width of the column with the ticks, in rem. */
export const TICK_WIDTH = 3;

/** What readers do to the columns by their headings. */
export interface ColumnChanges {
  /** The width of a column while it is dragged; `null` where that ends without one. */
  onDraft: (id: string, width: number | null) => void;
  /** Another width; the usual one where it is `null`. What is done without leaving the edge is one go. */
  onSize: (id: string, width: number | null, go: Typing) => void;
  onMove: (id: string, by: 1 | -1, go: Typing) => void;
}

interface HeadProps<Item> {
  columns: readonly Column<Item>[];
  sort: string;
  onSort: (sort: string) => void;
  isSelectable: boolean;
  /** Absent where columns stay as they are. */
  changes?: ColumnChanges;
}

/** The headings; those that the server can sort by are buttons. */
export function Head<Item>({ columns, sort, onSort, isSelectable, changes }: HeadProps<Item>) {
  const [stop, setStop] = useState('');
  const go = useRef<Typing>({});
  const hold = useKeptFocus(columns);
  const whole = columns.reduce((sum, column) => sum + column.width, isSelectable ? TICK_WIDTH : 0);
  const stopAt = columns.some(({ id }) => id === stop) ? stop : columns[0]?.id;
  return (
    <>
      <colgroup>
        {isSelectable && <col style={{ width: `${String(TICK_WIDTH)}rem` }} />}
        {columns.map((column) => <col key={column.id} className={column.isWhole ? 'bh-whole' : undefined} style={{ width: `${String(column.width)}rem` }} />)}
      </colgroup>
      <thead className="pf-v6-c-table__thead bh-thead" role="rowgroup">
        <tr className="pf-v6-c-table__tr" role="row" aria-rowindex={1}>
          {isSelectable && <td className="pf-v6-c-table__td" role="cell" />}
          {columns.map((column, at) => (
            <Heading key={column.id} column={column} className={cellClass('th', column, at)} sort={sort} onSort={onSort}>
              {changes && (
                <Edge
                  column={column}
                  rest={whole - column.width}
                  isStop={column.id === stopAt}
                  // Another edge, or the same one anew, is another go.
                  onStop={() => { setStop(column.id); go.current = {}; }}
                  onDraft={(width) => { changes.onDraft(column.id, width); }}
                  onSize={(width) => { changes.onSize(column.id, width, go.current); }}
                  onMove={(by, edge) => { hold(edge); changes.onMove(column.id, by, go.current); }}
                />
              )}
            </Heading>
          ))}
        </tr>
      </thead>
    </>
  );
}

interface HeadingProps<Item> extends Pick<HeadProps<Item>, 'sort' | 'onSort'> {
  column: Column<Item>;
  className: string;
  /** Its edge. */
  children: ReactNode;
}

function Heading<Item>({ column, className, sort, onSort, children }: HeadingProps<Item>) {
  const t = useMessages(messages);
  const key = column.sort?.key;
  const direction = sort === key ? 'ascending' : sort === `-${key ?? ''}` ? 'descending' : undefined;
  // The edge is no part of what the column is called.
  if (key === undefined) return <th className={className} role="columnheader" scope="col" aria-label={column.title}>{column.title}{children}</th>;
  const next = () => {
    if (column.sort?.isOnlyGreatestFirst) return `-${key}`;
    if (direction === undefined) return column.sort?.isGreatestFirst ? `-${key}` : key;
    return direction === 'ascending' ? `-${key}` : key;
  };
  return (
    <th className={className} role="columnheader" scope="col" aria-label={column.title} aria-sort={direction ?? 'none'}>
      <button type="button" className="bh-sort" title={t('sort.by', { column: column.title })} onClick={() => { onSort(next()); }}>
        <span>{column.title}</span>
        {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
      </button>
      {children}
    </th>
  );
}
