import { useMemo } from 'react';
import { listAuditCheckpoints, type AuditCheckpoint } from '../../client/generated';
import { useMessages } from '../../i18n/language';
import { CopyButton } from '../../parts/CopyButton';
import { EmptyState } from '../../parts/EmptyState';
import type { Column } from '../../parts/table/definition';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { messages } from './messages';

const source = listOf(listAuditCheckpoints, {});

/** Signed statements of how far the trail went. */
export function Checkpoints() {
  const t = useMessages(messages);
  const columns = useMemo<readonly Column<AuditCheckpoint>[]>(
    () => [
      { id: 'sequence', title: t('checkpoint.sequence'), width: 7, isNumber: true, cell: (one) => one.sequence },
      { id: 'at', title: t('checkpoint.at'), width: 12, cell: (one) => <Timestamp moment={one.at} isExact /> },
      { id: 'key', title: t('checkpoint.key'), width: 12, cell: (one) => <code>{one.key_id}</code> },
      { id: 'hash', title: t('record.hash'), width: 18, cell: (one) => <code>{one.hash}</code> },
      { id: 'copy', title: t('checkpoint.copy'), width: 14, cell: (one) => <CopyButton text={JSON.stringify(one)} label={t('checkpoint.copy')} /> },
    ],
    [t],
  );
  return (
    <>
      <p className="bh-quiet">{t('checkpoints.text')}</p>
      <ResourceTable
        label={t('tab.checkpoints')}
        source={source}
        columns={columns}
        filters={[]}
        isUnfiltered
        rowKey={(one) => String(one.sequence)}
        empty={<EmptyState title={t('empty.checkpoints')} />}
      />
    </>
  );
}
