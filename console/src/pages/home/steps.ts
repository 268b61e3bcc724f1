// What of the first steps is done.
import type { Policy } from '../../client/generated';

/** The name of the policy that a new server has. */
const BUILT_IN = 'default';

/** Whether somebody wrote a policy, or changed the one that a new server begins with. */
export function hasOwnPolicy(policies: readonly Pick<Policy, 'name' | 'version'>[]): boolean {
  return policies.some(({ name, version }) => name !== BUILT_IN || version > 1);
}
