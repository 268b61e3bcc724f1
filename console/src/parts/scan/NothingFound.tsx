import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { showSummary, type Summary } from '../../client/generated';
import { queryOf } from '../../client/queries';
import { useMay } from '../../frame/me';
import { PageSkeleton } from '../Skeleton';
import NoImages from './NoImages';

/** Instead of an empty list of what is in images: that there is no image, else what the page says of those that there are. */
export default function NothingFound({ children }: { children: (summary: Summary | null) => ReactNode }) {
  const mayCount = useMay('images.read');
  const summary = useQuery({ ...queryOf(showSummary, {}), enabled: mayCount, retry: false });
  if (mayCount && summary.isPending) return <PageSkeleton />;
  return summary.data?.images.total === 0 ? <NoImages /> : children(summary.data ?? null);
}
