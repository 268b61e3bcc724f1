import { Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { beginFindingsExport, exportFindings, listImageFindings, type ExportFormat, type ImageFinding } from '../../../client/generated';
import { SEEN_CHANGES } from '../../../client/topics';
import { later } from '../../../frame/later';
import { useMay, useMe } from '../../../frame/me';
import { useFormat, useMessages } from '../../../i18n/language';
import { useFindingExports } from '../../../parts/export/exports';
import { EmptyState } from '../../../parts/EmptyState';
import { HostileText } from '../../../parts/HostileText';
import { Icon } from '../../../parts/icons';
import { KevMark, SeverityMark } from '../../../parts/marks';
import type { Column } from '../../../parts/table/definition';
import { quoted, type FilterKey } from '../../../parts/table/filter';
import { ResourceTable } from '../../../parts/table/ResourceTable';
import { listOf } from '../../../parts/table/source';
import { useSeverityChoices } from '../../../parts/words';
import { LayerLink } from './LayerLink';
import { messages } from './messages';
import { SeenCell, useSeenHeading } from './seen/SeenCell';

// Only who says that they have seen something, or wants to know what was said, needs it.
const SeenDialog = later(() => import('./seen/SeenDialog'));

export type FindingKind = 'vulnerability' | 'secret' | 'malware' | 'license' | 'misconfiguration';

/**
 * What tells that findings may be others, or stand there otherwise: another decision on the image, or its first, where it was
 * removed and came again; an acknowledgement that is given or taken back. Scans and judgements that leave the decision as it is are told by nothing.
 */
const TOPICS = ['image.registered', 'verdict.changed', ...SEEN_CHANGES];

const FINDINGS = { stream: exportFindings, job: beginFindingsExport };

const FORMATS: readonly ExportFormat[] = ['csv', 'jsonl', 'sarif'];

const TAB_OF = { vulnerability: 'vulnerabilities', secret: 'secrets', malware: 'malware', license: 'licenses', misconfiguration: 'configuration' } as const;

const STATUSES = ['affected', 'not_affected', 'fixed', 'under_investigation', 'will_not_fix', 'fix_deferred', 'end_of_life'] as const;

/** The findings of one kind. */
export function FindingsTab({ digest, kind }: { digest: string; kind: FindingKind }) {
  const t = useMessages(messages);
  const { name } = useMe();
  const source = useMemo(() => listOf(listImageFindings, { path: { digest } }), [digest]);
  const ofImage = useCallback((filter: string) => ({ filter, images: `digest:"${digest}"` }), [digest]);
  const exports = useFindingExports(FINDINGS, ofImage, FORMATS);
  const [asked, setAsked] = useState<ImageFinding | null>(null);
  const columns = useFindingColumns(kind, setAsked);
  const filters = useFindingFilters(kind);
  return (
    <>
      <ResourceTable
        label={t(`tab.${TAB_OF[kind]}`)}
        source={source}
        columns={columns}
        filters={filters}
        exports={exports}
        isPart
        topics={TOPICS}
        // What readers acknowledge or take back themselves their list shows already.
        isNews={({ topic, object_id: id, parameters }) => id === digest && !(SEEN_CHANGES.includes(topic) && parameters.by === name)}
        fixedFilter={`kind:${kind}`}
        // Findings have no id of their own: what tells them apart is all of this.
        rowKey={(finding) => [finding.id, finding.package, finding.path, finding.line, finding.status, finding.title, finding.layer].join('|')}
        empty={<EmptyState title={t(`empty.${TAB_OF[kind]}`)}><p>{t('empty.text')}</p></EmptyState>}
      />
      {asked && <SeenDialog digest={digest} finding={asked} onClose={() => { setAsked(null); }} />}
    </>
  );
}

function useFindingColumns(kind: FindingKind, openSeen: (finding: ImageFinding) => void): readonly Column<ImageFinding>[] {
  const t = useMessages(messages);
  const seenHeading = useSeenHeading();
  const format = useFormat();
  const maySeeVulnerabilities = useMay('findings.read');
  const maySeeExceptions = useMay('exceptions.read');
  const mayWrite = useMay('findings.write');
  return useMemo(() => {
    const text = (id: 'package' | 'path' | 'fixed_version', width: number): Column<ImageFinding> => ({
      id,
      title: t(`column.${id}`),
      width,
      ...(id === 'fixed_version' ? {} : { sort: { key: id } }),
      cell: (finding) => finding[id] && <HostileText text={finding[id]} />,
    });
    const title: Column<ImageFinding> = {
      id: 'title',
      title: t('column.title'),
      width: 22,
      cell: (finding) => {
        const said = format.language === 'ja' ? (finding.title_ja ?? finding.title) : finding.title;
        return said && <HostileText text={said} />;
      },
    };
    const place: Column<ImageFinding> = {
      id: 'path',
      title: t('column.path'),
      width: 20,
      sort: { key: 'path' },
      cell: ({ path, line }) => path && <><HostileText text={path} />{line != null && `:${String(line)}`}</>,
    };
    const name: Column<ImageFinding> = {
      id: 'id',
      title: t('column.id'),
      width: 14,
      sort: { key: 'id' },
      cell: ({ id }) => (kind === 'vulnerability' && maySeeVulnerabilities ? <Link to="/vulnerabilities/$id" params={{ id }}><HostileText text={id} /></Link> : <HostileText text={id} />),
    };
    const layer: Column<ImageFinding> = {
      id: 'layer',
      title: t('column.layer'),
      width: 6,
      isNumber: true,
      sort: { key: 'layer' },
      cell: (finding) => finding.layer != null && <LayerLink layer={finding.layer} />,
    };
    // What is excepted is struck: the numbers above are without it.
    const severity: Column<ImageFinding> = {
      id: 'severity',
      title: t('column.severity'),
      width: 8,
      sort: { key: 'severity', isGreatestFirst: true },
      cell: (finding) => (finding.excepted_by ? <s><SeverityMark severity={finding.severity} /></s> : <SeverityMark severity={finding.severity} />),
    };
    const exception: Column<ImageFinding> = {
      id: 'excepted_by',
      title: t('column.excepted_by'),
      width: 12,
      cell: ({ excepted_by: by }) =>
        by && (
          <span className="bh-mark bh-decision-excepted">
            <Icon name="excepted" />
            {maySeeExceptions ? <Link to="/exceptions" search={{ filter: `name:${quoted(by)}` }}><HostileText text={by} /></Link> : <HostileText text={by} />}
          </span>
        ),
    };
    const seen: Column<ImageFinding> = {
      id: 'seen',
      title: seenHeading,
      width: 10,
      cell: (finding) => <SeenCell finding={finding} mayWrite={mayWrite} onOpen={openSeen} />,
    };
    if (kind === 'license') return [name, severity, exception, text('path', 20), text('package', 16), layer, seen];
    if (kind !== 'vulnerability') return [name, severity, title, exception, place, layer, seen];
    return [
      name,
      severity,
      exception,
      { id: 'score', title: t('column.score'), width: 5, isNumber: true, sort: { key: 'score', isGreatestFirst: true }, cell: (finding) => finding.score != null && format.score(finding.score) },
      { id: 'epss', title: t('column.epss'), width: 6, isNumber: true, sort: { key: 'epss', isGreatestFirst: true }, cell: (finding) => finding.epss != null && format.percent(finding.epss) },
      { id: 'kev', title: t('column.kev'), width: 10, cell: (finding) => finding.kev && <KevMark /> },
      text('package', 18),
      layer,
      text('fixed_version', 11),
      {
        id: 'status',
        title: t('column.status'),
        width: 9,
        cell: (finding) => {
          const known = STATUSES.find((status) => status === finding.status);
          return known ? t(`status.${known}`) : finding.status && <HostileText text={finding.status} />;
        },
      },
      seen,
      title,
    ];
  }, [kind, t, seenHeading, format, maySeeVulnerabilities, maySeeExceptions, mayWrite, openSeen]);
}

/** What findings can be filtered by (`crates/store/src/images/findings.rs`). */
function useFindingFilters(kind: FindingKind): readonly FilterKey[] {
  const t = useMessages(messages);
  const seenHeading = useSeenHeading();
  const severities = useSeverityChoices();
  return useMemo(() => {
    const flags = [{ value: 'true', label: t('yes') }, { value: 'false', label: t('no') }];
    const all: FilterKey[] = [
      { key: 'severity', label: t('column.severity'), values: severities },
      { key: 'id', label: t('column.id') },
      { key: 'package', label: t('column.package') },
      { key: 'path', label: t('column.path') },
      { key: 'layer', label: t('column.layer') },
      { key: 'excepted_by', label: t('column.excepted_by') },
      { key: 'acknowledged', label: seenHeading, values: flags },
    ];
    if (kind !== 'vulnerability') return all;
    return [
      ...all,
      { key: 'status', label: t('column.status'), values: STATUSES.map((value) => ({ value, label: t(`status.${value}`) })) },
      { key: 'kev', label: t('column.kev'), values: flags },
      { key: 'fixed_version', label: t('column.fixed_version') },
      { key: 'epss', label: t('column.epss') },
      { key: 'score', label: t('column.score') },
    ];
  }, [kind, t, seenHeading, severities]);
}
