import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { beginAuditExport, exportAudit, listAudit, listUsers, type AuditRecord } from '../../client/generated';
import { useMay } from '../../frame/me';
import type { Search } from '../../frame/routes';
import { useMessages } from '../../i18n/language';
import { EmptyState } from '../../parts/EmptyState';
import { HostileText } from '../../parts/HostileText';
import { Icon } from '../../parts/icons';
import { useRowExports } from '../../parts/export/exports';
import type { Column } from '../../parts/table/definition';
import type { FilterKey } from '../../parts/table/filter';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { useAll } from '../access/all';
import { messages } from './messages';
import { ActorName } from './words/ActorName';
import { KINDS, OBJECTS, OUTCOMES, useAuditWords } from './words/words';

const source = listOf(listAudit, {});

const EXPORTS = { stream: exportAudit, job: beginAuditExport };

/** A menu of more people than this helps nobody: their id is typed then, or comes with a click in a record. */
const MOST_IN_MENU = 40;

/** The records, the newest first. */
export function Records() {
  const t = useMessages(messages);
  const columns = useColumns();
  const filters = useFilters();
  const exports = useRowExports(EXPORTS);
  return (
    <ResourceTable
      resource="audit"
      label={t('title')}
      source={source}
      columns={columns}
      filters={filters}
      rowKey={(record) => String(record.sequence)}
      exports={exports}
      empty={<EmptyState title={t('empty.title')}><p>{t('empty.text')}</p></EmptyState>}
    />
  );
}

function useColumns(): readonly Column<AuditRecord>[] {
  const t = useMessages(messages);
  const words = useAuditWords();
  return useMemo(
    () => [
      {
        id: 'at',
        title: t('column.at'),
        width: 13,
        isWhole: true,
        cell: (record) => (
          <Link to="." search={(before: Search) => ({ ...before, record: String(record.sequence) })} resetScroll={false}><Timestamp moment={record.at} isExact /></Link>
        ),
      },
      { id: 'who', title: t('column.who'), width: 12, cell: (record) => (record.actor.kind === 'user' ? <HostileText text={record.actor.name} /> : <ActorName kind={record.actor.kind} name={record.actor.name} />) },
      { id: 'action', title: t('column.action'), width: 18, cell: (record) => <span title={record.action}>{words.action(record.action)}</span> },
      { id: 'object', title: t('column.object'), width: 18, cell: (record) => <>{words.object(record.object)} <HostileText text={record.object_name} /></> },
      { id: 'outcome', title: t('column.outcome'), width: 8, cell: (record) => <Outcome outcome={record.outcome} says={words.outcome(record.outcome)} /> },
      { id: 'address', title: t('column.address'), width: 10, cell: (record) => record.actor.address && <code>{record.actor.address}</code> },
      { id: 'sequence', title: t('column.sequence'), width: 6, isNumber: true, cell: (record) => record.sequence },
    ],
    [t, words],
  );
}

export function Outcome({ outcome, says }: { outcome: string; says: string }) {
  const [icon, color] = outcome === 'done' ? (['allow', 'allow'] as const) : outcome === 'refused' ? (['deny', 'deny'] as const) : (['warn', 'would_deny'] as const);
  return <span className={`bh-mark bh-decision-${color}`}><Icon name={icon} /><span>{says}</span></span>;
}

/** What the trail can be filtered by (`crates/store/src/audit/search.rs`). */
function useFilters(): readonly FilterKey[] {
  const t = useMessages(messages);
  const words = useAuditWords();
  const people = useAll(listUsers, useMay('access.read')).items;
  return useMemo(() => {
    const menu = people.length > 0 && people.length <= MOST_IN_MENU ? { values: people.map((user) => ({ value: user.id, label: user.name })) } : {};
    return [
      { key: 'principal', label: t('key.principal'), ...menu },
      { key: 'object', label: t('key.object'), values: OBJECTS.map((value) => ({ value, label: words.object(value) })) },
      { key: 'outcome', label: t('column.outcome'), values: OUTCOMES.map((value) => ({ value, label: words.outcome(value) })) },
      { key: 'kind', label: t('key.kind'), values: KINDS.map((value) => ({ value, label: words.kind(value) })) },
      { key: 'action', label: t('column.action') },
      { key: 'at', label: t('column.at') },
      { key: 'id', label: t('key.id') },
    ];
  }, [t, words, people]);
}
