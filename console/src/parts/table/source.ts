// Where the rows of a table are from.
import type { Page } from '../../client/generated';
import type { Operation } from '../../client/transport';

export interface ListQuery {
  limit?: number;
  cursor?: string;
  sort?: string;
  filter?: string;
}

export interface ListSource<Item> {
  key: readonly unknown[];
  page: (query: ListQuery, signal: AbortSignal) => Promise<Page<Item>>;
  /** The address of the list, for "copy as API call". */
  address: (query: ListQuery) => string;
}

/** A list operation of the API as the source of a table. */
export function listOf<In extends { query?: ListQuery }, Item>(
  operation: Operation<In, Page<Item>>,
  input: Omit<In, 'query'>,
): ListSource<Item> {
  const withQuery = (query: ListQuery) => ({ ...input, query }) as In;
  return {
    key: [operation.id, input],
    page: (query, signal) => operation(withQuery(query), { signal }),
    address: (query) => operation.address(withQuery(query)),
  };
}
