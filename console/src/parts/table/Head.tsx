import { useMessages } from '../../i18n/language';
import { Icon } from '../icons';
import { cellClass, type Column } from './definition';
import { messages } from './messages';

interface HeadProps<Item> {
  columns: readonly Column<Item>[];
  sort: string;
  onSort: (sort: string) => void;
  isSelectable: boolean;
}

/** The headings; those that the server can sort by are buttons. */
export function Head<Item>({ columns, sort, onSort, isSelectable }: HeadProps<Item>) {
  return (
    <>
      <colgroup>
        {isSelectable && <col style={{ width: '3rem' }} />}
        {columns.map((column) => <col key={column.id} className={column.isWhole ? 'bh-whole' : undefined} style={{ width: `${String(column.width)}rem` }} />)}
      </colgroup>
      <thead className="pf-v6-c-table__thead bh-thead" role="rowgroup">
        <tr className="pf-v6-c-table__tr" role="row" aria-rowindex={1}>
          {isSelectable && <td className="pf-v6-c-table__td" role="cell" />}
          {columns.map((column, at) => (
            <Heading key={column.id} column={column} className={cellClass('th', column, at)} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
    </>
  );
}

interface HeadingProps<Item> extends Pick<HeadProps<Item>, 'sort' | 'onSort'> {
  column: Column<Item>;
  className: string;
}

function Heading<Item>({ column, className, sort, onSort }: HeadingProps<Item>) {
  const t = useMessages(messages);
  const key = column.sort?.key;
  const direction = sort === key ? 'ascending' : sort === `-${key ?? ''}` ? 'descending' : undefined;
  if (key === undefined) return <th className={className} role="columnheader" scope="col">{column.title}</th>;
  const next = () => {
    if (column.sort?.isOnlyGreatestFirst) return `-${key}`;
    if (direction === undefined) return column.sort?.isGreatestFirst ? `-${key}` : key;
    return direction === 'ascending' ? `-${key}` : key;
  };
  return (
    <th className={className} role="columnheader" scope="col" aria-sort={direction ?? 'none'}>
      <button type="button" className="bh-sort" title={t('sort.by', { column: column.title })} onClick={() => { onSort(next()); }}>
        <span>{column.title}</span>
        {direction && <Icon name={direction === 'ascending' ? 'up' : 'down'} />}
      </button>
    </th>
  );
}
