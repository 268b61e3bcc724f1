// Every list of the console: the server filters, sorts and counts; the address is the state; rows are virtual.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Event } from '../../client/generated';
import { useEvents } from '../../client/stream';
import { useMessages } from '../../i18n/language';
import { useShortcut } from '../../frame/shortcuts';
import { EmptyState } from '../EmptyState';
import { OwnJobList } from '../job/OwnJobList';
import { Button } from '../pf';
import { Problem } from '../Problem';
import { ViewsMenu } from '../views/ViewsMenu';
import { Chips } from './Chips';
import { movedColumn, sizedColumn } from './columns';
import type { Column, ResourceTableProps } from './definition';
import { FacetMenus } from './FacetMenus';
import { sent, termsOf, without } from './filter';
import { FilterField } from './FilterField';
import { messages } from './messages';
import { Rows } from './Rows';
import { StillWorking, Stopped } from './StillWorking';
import { Toolbar } from './Toolbar';
import { useColumns } from './useColumns';
import { useGone } from './useGone';
import { useRows, type RowRange } from './useRows';
import { useServerKeys } from './useServerKeys';
import { useSelection } from './useSelection';
import { useTableState, type Typing } from './useTableState';
import { useTotal } from './useTotal';

export function ResourceTable<Item>(props: ResourceTableProps<Item>) {
  const { source, fixedFilter = '', defaultSort = '', topics = [] } = props;
  const resource = props.isUnfiltered ? undefined : props.resource;
  const t = useMessages(messages);
  const ids = useMemo(() => props.columns.map((column) => column.id), [props.columns]);
  const orders = useMemo(() => ordersOf(props.columns), [props.columns]);
  const [state, change] = useTableState(ids, orders);
  const filterText = props.isUnfiltered ? '' : state.filter;
  const terms = useMemo(() => termsOf(filterText, props.filters), [filterText, props.filters]);
  const filter = [fixedFilter, sent(terms)].filter((part) => part !== '').join(' ');
  const sort = state.sort || defaultSort;
  const [range, setRange] = useState<RowRange>({ first: 0, last: 0 });
  const read = useTotal(resource, filter, useRows(source, { filter, sort }, range));
  // What is suggested while one types is no part of what the first rows wait for.
  const [isTyping, setIsTyping] = useState(false);
  const filters = useServerKeys(props.filters, resource, isTyping || !read.isPending);
  const [gone, forgetGone] = useGone(props.goneTopic);
  const reload = () => {
    forgetGone();
    read.reload();
  };
  const rows = { ...read, reload };
  const list = props.resource ?? [String(source.key[0]), fixedFilter].filter((part) => part !== '').join(' ');
  const [columns, columnText, setColumns, usual] = useColumns(list, props.columns, state, change);
  const selection = useSelection(`${filter}|${sort}`, () => {
    const keys = rows.items().map(props.rowKey);
    return { keys, areAll: keys.length === rows.total };
  });
  const [news, showNews] = useNews(topics, props.isNews, reload);
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', t('keys.search'), () => field.current?.focus());

  const setFilter = useCallback((text: string, typing?: Typing) => { change({ filter: text }, typing); }, [change]);
  const isEmpty = !rows.isPending && !rows.error && rows.count === 0 && !rows.isOld;
  return (
    <section className="bh-list" aria-label={props.label}>
      {!props.isUnfiltered && (
        <>
          <div className="bh-filter-bar">
            <FilterField ref={field} text={filterText} keys={filters} onText={setFilter} onTyping={setIsTyping} />
            <FacetMenus text={filterText} keys={filters} onText={setFilter} />
            {props.resource !== undefined && <ViewsMenu list={props.resource} state={{ ...state, columns: columnText }} change={(next) => { change(next.columns === '' ? { ...next, columns: usual } : next); }} />}
            {props.actions}
          </div>
          <Chips terms={terms} keys={filters} isTyping={isTyping} onRemove={(term) => { setFilter(without(filterText, term)); }} onClear={() => { setFilter(''); }} />
        </>
      )}
      <Toolbar
        label={props.label}
        rows={rows}
        asked={{ filter, sort }}
        source={source}
        columns={props.columns}
        shown={columns}
        onColumns={setColumns}
        exports={rows.error && rows.count === 0 ? [] : (props.exports ?? [])}
        bulk={props.bulk ?? []}
        selection={selection}
        news={news}
        onNews={showNews}
      />
      {!props.isPart && <OwnJobList />}
      {rows.error && <Problem error={rows.error} onRetry={rows.reload} />}
      {rows.isStopped ? <Stopped onAgain={reload} /> : (rows.isPending || rows.isOld) && <StillWorking onCancel={rows.stop} />}
      {isEmpty && terms.length > 0 && (
        <EmptyState
          title={t('nothing.matches')}
          actions={
            <>
              <Button variant="secondary" onClick={() => { const last = terms.at(-1); if (last) setFilter(without(filterText, last)); }}>{t('clear.last')}</Button>
              <Button variant="link" onClick={() => { setFilter(''); }}>{t('clear.all')}</Button>
            </>
          }
        >
          <p>{t('nothing.matches.text')}</p>
        </EmptyState>
      )}
      {isEmpty && terms.length === 0 && props.empty}
      {!isEmpty && !((rows.error || rows.isStopped) && rows.count === 0) && (
        <Rows
          label={props.label}
          listKey={`${filter}|${sort}`}
          rows={rows}
          columns={columns}
          sort={sort}
          onSort={(next) => { change({ sort: next === defaultSort ? '' : next }); }}
          onSize={(id, width, go) => { setColumns(sizedColumn(props.columns, columns, id, width), go); }}
          onMove={(id, by, go) => { setColumns(movedColumn(columns, id, by), go); }}
          rowKey={props.rowKey}
          gone={gone}
          rowName={props.rowName ?? props.rowKey}
          selection={props.bulk && props.bulk.length > 0 ? selection : null}
          onWhy={props.onWhy}
          bulk={props.bulk ?? []}
          onRange={setRange}
        />
      )}
    </section>
  );
}

/** The orders that the headings ask for. */
function ordersOf<Item>(columns: readonly Column<Item>[]): readonly string[] {
  return columns.flatMap(({ sort }) => (sort === undefined ? [] : sort.isOnlyGreatestFirst ? [`-${sort.key}`] : [sort.key, `-${sort.key}`]));
}

/** How many events came that may have changed the list; the rows wait until the reader asks for them. */
function useNews(topics: readonly string[], isNews: ((event: Event) => boolean) | undefined, reload: () => void): [number, () => void] {
  const [news, setNews] = useState(0);
  const latest = useRef(isNews);
  useEffect(() => {
    latest.current = isNews;
  });
  useEvents(topics, useCallback((event: Event) => {
    if (latest.current?.(event) ?? true) setNews((before) => before + 1);
  }, []));
  const show = () => {
    setNews(0);
    reload();
  };
  return [news, show];
}
