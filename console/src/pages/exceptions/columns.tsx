import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { PolicyException } from '../../client/generated';
import { useFormat, useMessages } from '../../i18n/language';
import { lastDayOf } from '../../parts/exception/terms';
import { HostileText } from '../../parts/HostileText';
import { Icon } from '../../parts/icons';
import type { Column } from '../../parts/table/definition';
import type { FilterKey } from '../../parts/table/filter';
import { Timestamp, useNow } from '../../parts/Timestamp';
import { ExceptionMark } from './ExceptionMark';
import { messages } from './messages';
import { Place } from './Place';
import { endsSoon } from './state';

/** The columns of the list of exceptions. */
export function useExceptionColumns(): readonly Column<PolicyException>[] {
  const t = useMessages(messages);
  return useMemo(
    () => [
      { id: 'name', title: t('column.name'), width: 15, sort: { key: 'name' }, cell: (exception) => <Link to="/exceptions/$id" params={{ id: exception.id }}><HostileText text={exception.name} /></Link> },
      { id: 'state', title: t('column.state'), width: 8, cell: (exception) => <ExceptionMark state={exception.state} /> },
      { id: 'what', title: t('column.what'), width: 10, cell: (exception) => <HostileText text={(exception.ids ?? []).join(', ') || (exception.path ?? '')} /> },
      {
        id: 'scope',
        title: t('column.scope'),
        width: 13,
        cell: (exception) => <Place exception={exception} />,
      },
      { id: 'ends', title: t('column.ends'), width: 11, sort: { key: 'ends' }, cell: (exception) => <Ends exception={exception} /> },
      { id: 'owner', title: t('column.owner'), width: 7, cell: (exception) => <HostileText text={exception.owner} /> },
      { id: 'by', title: t('column.by'), width: 7, cell: (exception) => <HostileText text={exception.requested_by} /> },
      { id: 'decider', title: t('column.decider'), width: 9, isHidden: true, cell: (exception) => exception.decided_by && <HostileText text={exception.decided_by} /> },
      { id: 'reason', title: t('column.reason'), width: 20, isHidden: true, cell: (exception) => <HostileText text={exception.reason} /> },
      { id: 'requested', title: t('column.requested'), width: 9, isHidden: true, sort: { key: 'requested', isGreatestFirst: true }, cell: (exception) => <Timestamp moment={exception.requested} /> },
    ],
    [t],
  );
}

/** What the list of exceptions can be filtered by (`crates/store/src/exceptions.rs`); their state is chosen above it. */
export function useExceptionFilters(): readonly FilterKey[] {
  const t = useMessages(messages);
  return useMemo(
    () => [
      { key: 'name', label: t('column.name') },
      { key: 'requested_by', label: t('column.by') },
      { key: 'decided_by', label: t('column.decider') },
      { key: 'ends', label: t('column.ends') },
      { key: 'requested', label: t('column.requested') },
    ],
    [t],
  );
}

/** When it ends, as it was asked for: the last day of those that count in UTC; marked where that is soon. */
export function Ends({ exception }: { exception: PolicyException }) {
  const t = useMessages(messages);
  const format = useFormat();
  const day = lastDayOf(exception.ends);
  const isSoon = endsSoon(exception, useNow());
  return (
    <span className={isSoon ? 'bh-mark bh-decision-would_deny' : undefined}>
      {isSoon && <Icon name="warn" />}
      {day === null ? <Timestamp moment={exception.ends} isExact /> : <time dateTime={exception.ends} title={format.dateTime(exception.ends)}>{t('ends.day', { date: format.date(`${day}T12:00:00Z`) })}</time>}
    </span>
  );
}
