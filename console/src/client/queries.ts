// How the operations of the API meet the query cache.
import { queryOptions } from '@tanstack/react-query';
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
