// Lists of which forms need every item: roles to give, people to put into a group.
import { useQuery } from '@tanstack/react-query';
import type { Page } from '../../client/generated';
import type { Operation } from '../../client/transport';
import type { ListQuery } from '../../parts/table/source';

/** The greatest page that the server sends. */
const PAGE = 500;

/** More than this is not read: forms of more items than that are nothing for people. */
const MOST = 5000;

/** All items of a list, page by page. `isWanted` is false where the reader may not see them. */
export function useAll<Item>(operation: Operation<{ query?: ListQuery }, Page<Item>>, isWanted = true): { items: readonly Item[]; isPending: boolean; error: Error | null; retry: () => void } {
  const query = useQuery({
    queryKey: [operation.id, 'all'],
    queryFn: async ({ signal }) => {
      const items: Item[] = [];
      let cursor: string | null | undefined;
      do {
        const page = await operation({ query: { limit: PAGE, ...(cursor ? { cursor } : {}) } }, { signal });
        items.push(...page.items);
        cursor = page.next;
      } while (cursor && items.length < MOST);
      return items;
    },
    enabled: isWanted,
  });
  return { items: query.data ?? NONE, isPending: isWanted && query.isPending, error: query.error, retry: () => void query.refetch() };
}

const NONE: never[] = [];
