import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { beginVulnerabilitiesExport, exportVulnerabilities, listVulnerabilities, type KnownVulnerability, type Summary } from '../../client/generated';
import { IMAGE_CHANGES } from '../../client/topics';
import { later } from '../../frame/later';
import { useMay } from '../../frame/me';
import { useFormat, useMessages } from '../../i18n/language';
import { CountLink } from '../../parts/CountLink';
import { EmptyState } from '../../parts/EmptyState';
import { useRowExports } from '../../parts/export/exports';
import { HostileText, visible } from '../../parts/HostileText';
import { KevMark, SeverityMark } from '../../parts/marks';
import type { Column } from '../../parts/table/definition';
import { quoted, type FilterKey } from '../../parts/table/filter';
import { ResourceTable } from '../../parts/table/ResourceTable';
import { listOf } from '../../parts/table/source';
import { Timestamp } from '../../parts/Timestamp';
import { useSeverityChoices } from '../../parts/words';
import { useExceptMany } from '../../parts/exception/useExceptMany';
import { messages } from './messages';

// Only where nothing is known it has to be said of what.
const NothingFound = later(() => import('../../parts/scan/NothingFound'));

const source = listOf(listVulnerabilities, {});

const EXPORTS = { stream: exportVulnerabilities, job: beginVulnerabilitiesExport };

/** Images that have a vulnerability or package are counted so far. */
const MOST_COUNTED = 10_000;

/** Vulnerabilities over all images. */
export function VulnerabilitiesPage() {
  const t = useMessages(messages);
  const columns = useColumns();
  const filters = useFilters();
  const exports = useRowExports(EXPORTS);
  const bulk = useExceptMany();
  return (
    <div className="bh-page bh-page-full">
      <h1>{t('title')}</h1>
      <ResourceTable
        label={t('title')}
        resource="vulnerabilities"
        source={source}
        columns={columns}
        filters={filters}
        defaultSort="-severity"
        rowKey={(vulnerability) => vulnerability.id}
        topics={IMAGE_CHANGES}
        exports={exports}
        bulk={bulk.actions}
        empty={<NothingFound>{(summary) => <NothingKnown summary={summary} />}</NothingFound>}
      />
      {bulk.dialog}
    </div>
  );
}

/** That nothing is known is good news only by what one knows it: of how many images, by which intelligence. */
function NothingKnown({ summary }: { summary: Summary | null }) {
  const t = useMessages(messages);
  const seesIntelligence = useMay('intelligence.read');
  const intelligence = summary?.intelligence;
  if (seesIntelligence && summary && !intelligence) {
    return <EmptyState title={t('empty.blind')} actions={<Link to="/system/intelligence">{t('empty.intelligence')}</Link>}><p>{t('empty.blind.text')}</p></EmptyState>;
  }
  return (
    <EmptyState
      title={summary ? t('empty.counted', { count: summary.images.total }) : t('empty.title')}
      actions={<>{summary && <Link to="/images">{t('empty.images')}</Link>}{seesIntelligence && <Link to="/system/intelligence">{t('empty.intelligence')}</Link>}</>}
    >
      {intelligence && <p>{t.rich('empty.built', { time: <Timestamp moment={intelligence.built} isExact /> })}</p>}
      <p>{t('empty.text')}</p>
    </EmptyState>
  );
}

function useColumns(): readonly Column<KnownVulnerability>[] {
  const t = useMessages(messages);
  const format = useFormat();
  const maySeeImages = useMay('images.read');
  return useMemo(
    () => [
      {
        id: 'id',
        title: t('column.id'),
        width: 13,
        cell: ({ id }) => <Link to="/vulnerabilities/$id" params={{ id }}><HostileText text={id} /></Link>,
      },
      {
        id: 'severity',
        title: t('column.severity'),
        width: 10,
        sort: { key: 'severity', isGreatestFirst: true, isOnlyGreatestFirst: true },
        cell: ({ severity }) => <SeverityMark severity={severity} />,
      },
      { id: 'kev', title: t('column.kev'), width: 10, cell: ({ kev }) => kev && <KevMark /> },
      { id: 'epss', title: t('column.epss'), width: 6, isNumber: true, cell: ({ epss }) => epss != null && format.percent(epss) },
      {
        id: 'images',
        title: t('column.images'),
        width: 7,
        isNumber: true,
        cell: ({ id, images }) => (
          <CountLink
            shown={images >= MOST_COUNTED ? t('images.many', { count: MOST_COUNTED }) : format.number(images)}
            says={t(images >= MOST_COUNTED ? 'images.with.many' : 'images.with', { count: Math.min(images, MOST_COUNTED), id: visible(id) })}
            isLink={maySeeImages && images > 0}
            to="/images"
            search={{ filter: `vulnerability:${quoted(id)}` }}
          />
        ),
      },
      { id: 'title', title: t('column.title'), width: 24, cell: ({ title }) => title && <HostileText text={title} /> },
      { id: 'published', title: t('column.published'), width: 9, isHidden: true, cell: ({ published }) => published && format.date(published) },
      {
        id: 'first_seen',
        title: t('column.first_seen'),
        width: 9,
        sort: { key: 'first_seen', isGreatestFirst: true, isOnlyGreatestFirst: true },
        cell: (vulnerability) => <Timestamp moment={vulnerability.first_seen} />,
      },
    ],
    [t, format, maySeeImages],
  );
}

/** What vulnerabilities can be filtered by (`crates/store/src/inventory.rs`). */
function useFilters(): readonly FilterKey[] {
  const t = useMessages(messages);
  const severities = useSeverityChoices();
  return useMemo(
    () => [
      { key: 'severity', label: t('column.severity'), values: severities },
      { key: 'kev', label: t('column.kev'), values: [{ value: 'true', label: t('yes') }, { value: 'false', label: t('no') }] },
      { key: 'id', label: t('column.id') },
      { key: 'epss', label: t('column.epss') },
      { key: 'first_seen', label: t('column.first_seen') },
    ],
    [t, severities],
  );
}
