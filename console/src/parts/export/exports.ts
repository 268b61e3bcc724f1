// The ways out of a list, in the reader's words.
import { useMemo } from 'react';
import type { ExportFormat, ExportRequest, Job } from '../../client/generated';
import type { Operation } from '../../client/transport';
import { useMessages } from '../../i18n/language';
import type { Asked, Export } from '../table/definition';
import { messages } from './messages';

/** What streams the rows, and what makes a job of them. */
export interface ExportOperations {
  stream: Operation<{ query: { format: ExportFormat; filter?: string; images?: string; sort?: string } }, unknown>;
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
      address: (asked) => stream.address({ query: { format, filter: asked.filter, ...orderOf(asked) } }),
      begin: (asked, options) => job({ body: { format, filter: asked.filter, ...orderOf(asked) } }, options),
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
      address: (list) => stream.address({ query: { format, ...asked(list.filter), ...orderOf(list) } }),
      begin: (list, options) => job({ body: { format, ...asked(list.filter), ...orderOf(list) } }, options),
    })),
    [t, stream, job, asked, formats],
  );
}

/** The order of the list, where it has another than its own. */
function orderOf({ sort }: Asked): { sort?: string } {
  return sort === '' ? {} : { sort };
}
