import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { listImages } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { useMessages } from '../../i18n/language';
import { messages } from './messages';
import { imageFilterOf, type ExceptionDraft } from './terms';

/** How many images an exception would count for, as far as the list of images can tell. */
export function Matches({ draft }: { draft: ExceptionDraft }) {
  const t = useMessages(messages);
  const filter = useDeferredValue(imageFilterOf(draft));
  const may = useMay('images.read');
  const found = useQuery({ ...queryOf(listImages, { query: { limit: 1, filter: filter ?? '' } }), enabled: may && filter !== null });
  const total = found.data?.total;
  if (filter === null) return <p className="bh-quiet">{t('matches.unknown')}</p>;
  return (
    <p role="status" className="bh-quiet">
      {total == null ? '' : <a href={`/images?filter=${encodeURIComponent(filter)}`} target="_blank" rel="noreferrer">{t('matches', { count: total })}</a>}
    </p>
  );
}
