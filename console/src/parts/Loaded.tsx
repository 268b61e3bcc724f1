import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Problem } from './Problem';
import { PageSkeleton } from './Skeleton';

/** What was asked for once it came; before that a skeleton, or what went wrong. */
export function Loaded<Data>({ query, children }: { query: UseQueryResult<Data>; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <div className="bh-page"><Problem error={query.error} onRetry={() => void query.refetch()} /></div>;
  return <PageSkeleton />;
}
