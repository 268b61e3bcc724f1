import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { beginPackagesExport, exportPackages, listPackages, type KnownPackage } from '../../client/generated';
import { later } from '../../frame/later';
import { useFormat, useMessages } from '../../i18n/language';
import { CountLink } from '../../parts/CountLink';
import { EmptyState } from '../../parts/EmptyState';
import { useRowExports } from '../../parts/export/exports';
import { HostileText, visible } from '../../parts/HostileText';
import type { Column } from '../../parts/table/definition';
import { quoted, type FilterKey } from '../../parts/table/filter';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { messages } from './messages';

// Only where there is no package it has to be said of what.
const NothingFound = later(() => import('../../parts/scan/NothingFound'));

const source = listOf(listPackages, {});

const EXPORTS = { stream: exportPackages, job: beginPackagesExport };

const TOPICS = ['image.registered', 'image.removed'];

/** Images that have a package are counted so far. */
const MOST_COUNTED = 10_000;

/** Packages over all images: where is this one? */
export function PackagesPage() {
  const t = useMessages(messages);
  const columns = useColumns();
  const filters = useMemo<readonly FilterKey[]>(
    () => (['name', 'version', 'ecosystem', 'source'] as const).map((key) => ({ key, label: t(`column.${key}`) })),
    [t],
  );
  const exports = useRowExports(EXPORTS);
  return (
    <div className="bh-page bh-page-full">
      <div>
        <h1>{t('title')}</h1>
        <p className="bh-quiet">{t('lead')}</p>
      </div>
      <ResourceTable
        label={t('title')}
        resource="packages"
        source={source}
        columns={columns}
        filters={filters}
        rowKey={(found) => found.purl}
        topics={TOPICS}
        exports={exports}
        empty={<NothingFound>{() => <EmptyState title={t('empty.title')} actions={<Link to="/images">{t('column.images')}</Link>}><p>{t('empty.text')}</p></EmptyState>}</NothingFound>}
      />
    </div>
  );
}

function useColumns(): readonly Column<KnownPackage>[] {
  const t = useMessages(messages);
  const format = useFormat();
  return useMemo(() => {
    const text = (id: 'version' | 'ecosystem' | 'source' | 'purl', width: number): Column<KnownPackage> => ({
      id,
      title: t(`column.${id}`),
      width,
      cell: (found) => found[id] && <HostileText text={found[id]} />,
    });
    const imagesWith = ({ name, version }: KnownPackage) => ({ filter: `package_version:${quoted(`${name}@${version}`)}` });
    return [
      {
        id: 'name',
        title: t('column.name'),
        width: 20,
        cell: (found) => <Link to="/images" search={imagesWith(found)}><HostileText text={found.name} /></Link>,
      },
      text('version', 14),
      text('ecosystem', 9),
      text('source', 14),
      {
        id: 'images',
        title: t('column.images'),
        width: 8,
        isNumber: true,
        cell: (found) => (
          <CountLink
            shown={found.images >= MOST_COUNTED ? t('images.many', { count: MOST_COUNTED }) : format.number(found.images)}
            says={t(found.images >= MOST_COUNTED ? 'images.with.many' : 'images.with', { count: Math.min(found.images, MOST_COUNTED), name: visible(`${found.name} ${found.version}`) })}
            isLink={found.images > 0}
            to="/images"
            search={imagesWith(found)}
          />
        ),
      },
      { ...text('purl', 26), isHidden: true },
    ];
  }, [t, format]);
}
