import { useMemo } from 'react';
import { beginFindingsExport, beginImagesExport, exportFindings, exportImages, listImages, type ExportFormat } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useMessages } from '../../../i18n/language';
import { Command } from '../../../parts/Command';
import { EmptyState } from '../../../parts/EmptyState';
import { ResourceTable } from '../../../parts/table/ResourceTable';
import { useFindingExports, useRowExports } from '../../../parts/export/exports';
import { listOf } from '../../../parts/table/source';
import { useWhy } from '../../../parts/why/useWhy';
import { WhyPlace } from '../../../parts/why/WhyPlace';
import { useImageBulk } from './bulk';
import { useImageColumns } from './columns';
import { useImageFilters } from './filters';
import { messages } from './messages';

const source = listOf(listImages, {});

const EXPORTS = { stream: exportImages, job: beginImagesExport };

const FINDINGS = { stream: exportFindings, job: beginFindingsExport };

const FINDING_FORMATS: readonly ExportFormat[] = ['csv', 'jsonl', 'sarif'];

const ofImages = (images: string) => ({ images });

const TOPICS = ['image.*'];

/** All images and their verdicts. */
export function ImagesPage() {
  const t = useMessages(messages);
  const columns = useImageColumns();
  const filters = useImageFilters();
  const [, openWhy] = useWhy();
  const rows = useRowExports(EXPORTS);
  const findings = useFindingExports(FINDINGS, ofImages, FINDING_FORMATS);
  const maySeeFindings = useMay('findings.read');
  const exports = useMemo(() => (maySeeFindings ? [...rows, ...findings] : rows), [rows, findings, maySeeFindings]);
  const bulk = useImageBulk();
  return (
    <WhyPlace>
      <div className="bh-page bh-page-full">
        <h1>{t('title')}</h1>
        <ResourceTable
          label={t('title')}
          resource="images"
          source={source}
          columns={columns}
          filters={filters}
          defaultSort="-severity"
          rowKey={(image) => image.digest}
          onWhy={(image) => { openWhy(image.digest); }}
          topics={TOPICS}
          exports={exports}
          bulk={bulk.actions}
          rowName={(image) => image.name || image.digest}
          empty={<NoImages />}
        />
        {bulk.dialog}
      </div>
    </WhyPlace>
  );
}

function NoImages() {
  const t = useMessages(messages);
  const command = `bulkhead scan --register ${location.origin} --token-file TOKEN IMAGE`;
  return (
    <EmptyState title={t('empty.title')}>
      <p>{t('empty.text')}</p>
      <p>{t('empty.command')}</p>
      <Command text={command} />
    </EmptyState>
  );
}
