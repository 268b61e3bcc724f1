// Where an exception stands, and who may do what with it.
import type { Me, PolicyException } from '../../client/generated';

export const STATES = ['requested', 'approved', 'refused', 'withdrawn', 'expired'] as const;

export type ExceptionState = (typeof STATES)[number];

export function stateOf(word: string): ExceptionState {
  return STATES.find((state) => state === word) ?? 'requested';
}

/** An exception that holds is told of when it ends so soon. */
const SOON_MS = 14 * 24 * 60 * 60 * 1000;

export function endsSoon(exception: PolicyException, now: number): boolean {
  const left = Date.parse(exception.ends) - now;
  return exception.state === 'approved' && left > 0 && left <= SOON_MS;
}

/** Why somebody may not decide: they asked for it themselves, they have no right to, or nothing is to be decided. */
export type Rights =
  | { mayDecide: true; mayWithdraw: boolean; why: null }
  | { mayDecide: false; mayWithdraw: boolean; why: 'own' | 'permission' | 'decided' };

/** What somebody may do. Who wrote the policy the server alone knows: it refuses then, and says so. */
export function rightsOf(exception: PolicyException, me: Me): Rights {
  const may = (permission: string) => me.permissions.includes(permission);
  const isOwn = exception.requested_by === me.name;
  const isOpen = exception.state === 'requested';
  const mayWithdraw = (isOpen || exception.state === 'approved') && may('exceptions.write') && (isOwn || may('exceptions.approve'));
  if (!isOpen) return { mayDecide: false, mayWithdraw, why: 'decided' };
  if (isOwn) return { mayDecide: false, mayWithdraw, why: 'own' };
  if (!may('exceptions.approve')) return { mayDecide: false, mayWithdraw, why: 'permission' };
  return { mayDecide: true, mayWithdraw, why: null };
}

/** The parts of a scope as a person reads them: `image.repository = shop/*`. */
export function scopeOf(exception: PolicyException): { expression: string | null; variables: string[] } {
  const scope = exception.scope ?? {};
  const variables: unknown[] = Array.isArray(scope.variables) ? scope.variables : [];
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    expression: text(scope.expression) || null,
    variables: variables.map((variable) => {
      const { attribute, name, value } = typeof variable === 'object' && variable !== null ? (variable as Record<string, unknown>) : {};
      return `${text(attribute)}${text(name) === '' ? '' : `[${text(name)}]`} = ${text(value)}`;
    }),
  };
}
