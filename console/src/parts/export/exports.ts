// The ways out of a list, in the reader's words.
import { useMemo } from 'react';
import type { ExportFormat, ExportRequest, Job } from '../../client/generated';
import type { Operation } from '../../client/transport';
import { useMessages } from '../../i18n/language';
import type { Export } from '../table/definition';
import { messages } from './messages';

/** What streams the rows, and what makes a job of them. */
export interface ExportOperations {
  stream: Operation<{ query: { format: ExportFormat; filter?: string; images?: string } }, unknown>;
  job: Operation<{ body: ExportRequest }, Job>;
}

const ROWS = ['csv', 'jsonl'] as const;

/** The rows of a list as they are on screen. */
export function useRowExports({ stream, job }: ExportOperations): readonly Export[] {
  const t = useMessages(messages);
  return useMemo(
    () => ROWS.map((format) => ({
      id: format,
      label: t(`format.${format}`),
      help: t(`help.${format}`),
      address: (filter) => stream.address({ query: { format, filter } }),
      begin: (filter, options) => job({ body: { format, filter } }, options),
    })),
    [t, stream, job],
  );
}

/** The findings in the images of a list: `asked` says what the filter of the list is of, and what holds beside. */
export function useFindingExports({ stream, job }: ExportOperations, asked: (filter: string) => { filter?: string; images?: string }, formats: readonly ExportFormat[]): readonly Export[] {
  const t = useMessages(messages);
  return useMemo(
    () => formats.map((format) => ({
      id: `findings-${format}`,
      label: t('findings', { format: t(`format.${format}`) }),
      help: t(`help.${format}`),
      address: (filter) => stream.address({ query: { format, ...asked(filter) } }),
      begin: (filter, options) => job({ body: { format, ...asked(filter) } }, options),
    })),
    [t, stream, job, asked, formats],
  );
}
