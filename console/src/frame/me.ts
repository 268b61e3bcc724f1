// Who is signed in, and what they may do.
import { useSuspenseQuery } from '@tanstack/react-query';
import { queryOf } from '../client/queries';
import { showMe, type Me } from '../client/generated';

export const meQuery = queryOf(showMe, {});

/** Whoever is signed in. Only inside the frame. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/**
 * What belongs to no application: whoever holds a right to it within application scopes alone can do nothing with that
 * (`crates/store/src/permitted.rs`).
 */
const OF_NO_APPLICATION = new Set(['access', 'audit', 'integrations', 'jobs', 'policies', 'registries', 'scans']);

/** Whether somebody may do something somewhere. Older servers do not tell what is limited. */
export function mayDo({ permissions, limited }: Pick<Me, 'permissions' | 'limited'>, permission: string): boolean {
  return permissions.includes(permission) && !isBeyondScopes({ limited }, permission);
}

/** Whether somebody holds a right that their application scopes keep from everything that it is for. */
export function isBeyondScopes({ limited = [] }: Pick<Me, 'limited'>, permission: string): boolean {
  return limited.includes(permission) && OF_NO_APPLICATION.has(permission.split('.', 1)[0] ?? '');
}

/** Whether the signed-in person may do something somewhere: `policies.write`. */
export function useMay(permission: string): boolean {
  return mayDo(useMe(), permission);
}
