import { useFormat, useMessages } from '../../i18n/language';
import { CopyButton } from '../CopyButton';
import { ExportButton } from '../export/ExportButton';
import { Icon } from '../icons';
import { News } from '../News';
import { Button } from '../pf';
import { ColumnsMenu } from './ColumnsMenu';
import type { Asked, BulkAction, Column, Export } from './definition';
import { messages } from './messages';
import type { ListSource } from './source';
import type { SetColumns } from './useColumns';
import type { Rows } from './useRows';
import type { RowSelection } from './useSelection';

/** Lists are counted so far. */
const MOST_COUNTED = 10_000;

interface ToolbarProps<Item> {
  /** What the rows are. */
  label: string;
  rows: Rows<Item>;
  asked: Asked;
  source: ListSource<Item>;
  columns: readonly Column<Item>[];
  shown: readonly Column<Item>[];
  onColumns: SetColumns<Item>;
  exports: readonly Export[];
  bulk: readonly BulkAction[];
  selection: RowSelection;
  news: number;
  onNews: () => void;
}

/** How many rows there are, what is new, what can be done with all of them. */
export function Toolbar<Item>(props: ToolbarProps<Item>) {
  const { rows, asked, source, bulk, selection, news } = props;
  const t = useMessages(messages);
  const address = location.origin + source.address(asked);
  return (
    <div className="bh-toolbar">
      <p className="bh-count" role="status">{useCount(rows)}</p>
      <News of={props.label} count={news} onShow={props.onNews} />
      {bulk.length > 0 && <Bulk actions={bulk} selection={selection} filter={asked.filter} total={rows.total} least={rows.least} />}
      <div className="bh-toolbar-end">
        <button type="button" className="bh-icon-button" aria-label={t('reload')} title={t('reload')} onClick={rows.reload}>
          <Icon name="refresh" />
        </button>
        <ColumnsMenu columns={props.columns} shown={props.shown} onColumns={props.onColumns} />
        <CopyButton text={`curl -H "Authorization: Bearer $TOKEN" '${address.replaceAll("'", '%27')}'`} label={t('copy_call')} />
        {props.exports.length > 0 && <ExportButton exports={props.exports} asked={asked} />}
      </div>
    </div>
  );
}

function useCount<Item>({ total, least, isPending, isStopped, error }: Rows<Item>): string {
  const t = useMessages(messages);
  const format = useFormat();
  if (isStopped) return '';
  if (isPending) return t('loading');
  // What failed says so below; no number is better than one that nobody counted.
  if (total === null) return least === 0 && error ? '' : t('count.more', { count: format.number(least) });
  return total >= MOST_COUNTED ? t('count.least', { count: format.number(MOST_COUNTED) }) : t('count.all', { count: total });
}

interface BulkProps {
  actions: readonly BulkAction[];
  selection: RowSelection;
  filter: string;
  total: number | null;
  /** How many rows there are at least: lists that are not counted have no total. */
  least: number;
}

function Bulk({ actions, selection, filter, total: counted, least }: BulkProps) {
  const t = useMessages(messages);
  // Where the number is not known the server is asked with what is, and tells the true one before it does anything.
  const total = counted ?? least;
  const count = selection.isMatching ? total : selection.keys.size;
  const isMore = counted === null ? 'more' : counted >= MOST_COUNTED ? 'least' : null;
  if (count === 0) return total === 0 ? null : <SelectAll count={total} isMore={isMore} selection={selection} />;
  const chosen = selection.isMatching
    ? ({ kind: 'matching', filter, total: count, isLeast: isMore !== null } as const)
    : ({ kind: 'rows', keys: [...selection.keys] } as const);
  return (
    <div className="bh-bulk">
      <span role="status">
        {t(selection.isMatching && isMore ? `count.selected.${isMore}` : 'count.selected', { count })}
        {selection.isCut && <> · {t('count.cut')}</>}
      </span>
      {!selection.isMatching && total > count && <SelectAll count={total} isMore={isMore} selection={selection} />}
      {actions.map((action) => (
        <Button key={action.id} size="sm" variant={action.isDanger ? 'danger' : 'secondary'} onClick={() => { action.run(chosen, selection.clear); }}>
          {action.label}
        </Button>
      ))}
      <Button variant="link" size="sm" onClick={selection.clear}>{t('select.none')}</Button>
    </div>
  );
}

function SelectAll({ count, isMore, selection }: { count: number; isMore: 'more' | 'least' | null; selection: RowSelection }) {
  const t = useMessages(messages);
  return <Button variant="link" size="sm" isInline onClick={selection.selectMatching}>{t(isMore ? `select.all.${isMore}` : 'select.all', { count })}</Button>;
}
