import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { PageProblem } from './PageProblem';
import { Problem } from './Problem';
import { PageSkeleton } from './Skeleton';

/** What was asked for once it came; before that a skeleton, or what went wrong. It is the page, or a part of one that has its heading. */
export function Loaded<Data>({ query, isPart = false, children }: { query: UseQueryResult<Data>; isPart?: boolean; children: (data: Data) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  const retry = () => void query.refetch();
  if (query.error) return isPart ? <Problem error={query.error} onRetry={retry} /> : <PageProblem error={query.error} onRetry={retry} />;
  return <PageSkeleton />;
}
