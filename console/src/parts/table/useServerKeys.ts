// The keys of a list together with what the server can suggest for them.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listFilters, listSuggestions } from '../../client/generated';
import { queryOf } from '../../client/queries';
import type { FilterKey } from './filter';

/** Keys that have no words of their own ask the server for values as one types, where it says that it suggests some. */
export function useServerKeys(keys: readonly FilterKey[], resource: string | undefined, isWanted: boolean): readonly FilterKey[] {
  const catalog = useQuery({ ...queryOf(listFilters, {}), enabled: isWanted && resource !== undefined, staleTime: Infinity, retry: false });
  return useMemo(() => {
    const suggested = new Set(catalog.data?.items.find((list) => list.resource === resource)?.keys.filter((key) => key.is_suggested).map((key) => key.name));
    if (resource === undefined || suggested.size === 0) return keys;
    return keys.map((key) => (key.values || key.suggest || !suggested.has(key.key) ? key : { ...key, resource, suggest: suggestOf(resource, key.key) }));
  }, [catalog.data, keys, resource]);
}

function suggestOf(resource: string, key: string): NonNullable<FilterKey['suggest']> {
  return async (prefix, signal) => (await listSuggestions({ query: { resource, key, prefix } }, { signal })).items;
}
