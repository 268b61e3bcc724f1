// How a role differs from the presets.
import type { Role } from '../../../client/generated';

export interface Comparison {
  preset: Role;
  /** What the role has and the preset has not. */
  added: ReadonlySet<string>;
  /** What the preset has and the role has not. */
  missing: ReadonlySet<string>;
}

/** The preset that a role differs from in the fewest permissions, and of equally near ones the one that covers more of it;
 * `null` for presets, and where there are none. */
export function nearestPreset(role: Pick<Role, 'permissions' | 'is_preset'>, roles: readonly Role[]): Comparison | null {
  if (role.is_preset) return null;
  const all = roles.filter((other) => other.is_preset).map((preset) => compared(role.permissions, preset));
  const distance = ({ added, missing }: Comparison) => added.size + missing.size;
  return all.toSorted((left, right) => distance(left) - distance(right) || left.added.size - right.added.size)[0] ?? null;
}

function compared(permissions: readonly string[], preset: Role): Comparison {
  return {
    preset,
    added: new Set(permissions.filter((permission) => !preset.permissions.includes(permission))),
    missing: new Set(preset.permissions.filter((permission) => !permissions.includes(permission))),
  };
}
