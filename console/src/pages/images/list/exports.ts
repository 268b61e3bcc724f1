import { useMemo } from 'react';
import { beginFindingsExport, beginImagesExport, exportFindings, exportImages, type ExportFormat } from '../../../client/generated';
import { useMay } from '../../../frame/me';
import { useFindingExports, useRowExports } from '../../../parts/export/exports';
import type { Export } from '../../../parts/table/definition';

const ROWS = { stream: exportImages, job: beginImagesExport };

const FINDINGS = { stream: exportFindings, job: beginFindingsExport };

const FORMATS: readonly ExportFormat[] = ['csv', 'jsonl', 'sarif'];

const ofImages = (images: string) => ({ images });

/** A list of images as files: its rows, and for whoever may see them the findings in its images. */
export function useImageExports(): readonly Export[] {
  const rows = useRowExports(ROWS);
  const findings = useFindingExports(FINDINGS, ofImages, FORMATS);
  const maySeeFindings = useMay('findings.read');
  return useMemo(() => (maySeeFindings ? [...rows, ...findings] : rows), [rows, findings, maySeeFindings]);
}
