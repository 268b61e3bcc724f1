import { useMemo } from 'react';
import { listImagePackages, type ImagePackage } from '../../../client/generated';
import { useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { HostileText } from '../../../parts/HostileText';
import type { Column } from '../../../parts/table/definition';
import type { FilterKey } from '../../../parts/table/filter';
import { ResourceTable } from '../../../parts/table/ResourceTable';
import { listOf } from '../../../parts/table/source';
import { LayerLink } from './LayerLink';
import { messages } from './messages';

/** What is installed in the image. */
export function PackagesTab({ digest }: { digest: string }) {
  const t = useMessages(messages);
  const source = useMemo(() => listOf(listImagePackages, { path: { digest } }), [digest]);
  const columns = useMemo<readonly Column<ImagePackage>[]>(() => {
    const text = (id: 'name' | 'version' | 'ecosystem' | 'source' | 'purl', title: string, width: number): Column<ImagePackage> => ({
      id,
      title,
      width,
      cell: (found) => found[id] && <HostileText text={found[id]} />,
    });
    return [
      text('name', t('column.id'), 18),
      text('version', t('column.version'), 14),
      text('ecosystem', t('column.ecosystem'), 8),
      text('source', t('column.source'), 14),
      {
        id: 'layer',
        title: t('column.layer'),
        width: 6,
        isNumber: true,
        cell: ({ layer }) => layer != null && <LayerLink layer={layer} />,
      },
      { ...text('purl', t('column.purl'), 26), isHidden: true },
    ];
  }, [t]);
  // As in `crates/store/src/images/installed.rs`.
  const filters = useMemo<readonly FilterKey[]>(() => [
    { key: 'name', label: t('column.id') },
    { key: 'version', label: t('column.version') },
    { key: 'ecosystem', label: t('column.ecosystem') },
    { key: 'source', label: t('column.source') },
    { key: 'layer', label: t('column.layer') },
  ], [t]);
  return (
    <ResourceTable
      label={t('tab.packages')}
      source={source}
      columns={columns}
      filters={filters}
      isPart
      rowKey={(found) => `${found.purl}|${String(found.layer ?? '')}`}
      empty={<EmptyState title={t('empty.packages')}><p>{t('empty.text')}</p></EmptyState>}
    />
  );
}
