import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { listImages } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useFormat, useMessages } from '../../i18n/language';
import { Skeleton } from '../../parts/Skeleton';
import { messages } from './messages';

/** Lists count so far; beyond, the server tells no number. */
const MOST_COUNTED = 10_000;

/** How many images a filter has, as the link to them: asked of the list itself, so that the two never disagree. */
export function Tile({ filter, children }: { filter: string; children: ReactNode }) {
  const t = useMessages(messages);
  const format = useFormat();
  const counted = useQuery(queryOf(listImages, { query: { filter, limit: 1 } }));
  const total = counted.data?.total;
  return (
    <li className="bh-tile">
      <Link to="/images" search={{ filter }}>
        <b>
          {counted.isPending && <Skeleton width="short" />}
          {counted.data && (total == null ? t('many', { count: MOST_COUNTED }) : format.number(total))}
          {counted.error && '–'}
        </b>
        <span>{children}</span>
      </Link>
    </li>
  );
}
