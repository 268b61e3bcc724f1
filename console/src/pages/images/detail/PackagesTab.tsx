import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { listImagePackages, type ImagePackage } from '../../../client/generated';
import type { Search } from '../../../frame/routes';
import { useFormat, useMessages } from '../../../i18n/language';
import { EmptyState } from '../../../parts/EmptyState';
import { HostileText } from '../../../parts/HostileText';
import type { Column } from '../../../parts/table/definition';
import { ResourceTable } from '../../../parts/table/ResourceTable';
import { listOf } from '../../../parts/table/source';
import { messages } from './messages';

/** What is installed in the image. */
export function PackagesTab({ digest }: { digest: string }) {
  const t = useMessages(messages);
  const format = useFormat();
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
        // The digest of the layer and what made it are in the report, which may have many megabytes.
        cell: ({ layer }) =>
          layer != null && (
            <Link to="." search={(before: Search) => ({ ...before, tab: 'layers', layer: String(layer), cols: undefined })} resetScroll={false} aria-label={t('layer.open', { number: format.number(layer) })}>
              {format.number(layer)}
            </Link>
          ),
      },
      { ...text('purl', t('column.purl'), 26), isHidden: true },
    ];
  }, [t, format]);
  return (
    <ResourceTable
      label={t('tab.packages')}
      source={source}
      columns={columns}
      filters={[]}
      isUnfiltered
      isPart
      rowKey={(found) => `${found.purl}|${String(found.layer ?? '')}`}
      empty={<EmptyState title={t('empty.packages')}><p>{t('empty.text')}</p></EmptyState>}
    />
  );
}
