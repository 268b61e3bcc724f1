// How the operations of the API meet the query cache.
import { queryOptions } from '@tanstack/react-query';
import type { RowCount } from './generated';
import type { Operation } from './transport';

/** An operation that reads, as a query: its id and its input are the key. */
export function queryOf<In extends object, Out>(operation: Operation<In, Out>, input: In) {
  return queryOptions({
    queryKey: [operation.id, input] as const,
    queryFn: ({ signal }) => operation(input, { signal }),
  });
}

/** As `queryOf`, with the `ETag` that a later change needs. */
export function answerOf<In extends object, Out>(operation: Operation<In, Out>, input: In) {
  return queryOptions({
    queryKey: [operation.id, input, 'answer'] as const,
    queryFn: ({ signal }) => operation.answer(input, { signal }),
  });
}

/** How a number of rows is told: as it is, as fewer than there are, or not at all because the server did not count. */
export type Told = 'exact' | 'more' | 'unknown';

export function toldAs({ count, is_exact }: RowCount): Told {
  if (is_exact) return 'exact';
  return count > 0 ? 'more' : 'unknown';
}
