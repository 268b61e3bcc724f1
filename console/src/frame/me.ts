// Who is signed in, and what they may do.
import { useSuspenseQuery } from '@tanstack/react-query';
import { queryOf } from '../client/queries';
import { showMe, type Me } from '../client/generated';

export const meQuery = queryOf(showMe, {});

/** Whoever is signed in. Only inside the frame. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** Whether the signed-in person may do something somewhere: `policies.write`. */
export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission);
}
