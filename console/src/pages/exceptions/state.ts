// Where an exception stands, and who may do what with it.
import type { Me, PolicyException } from '../../client/generated';

export const STATES = ['requested', 'approved', 'refused', 'withdrawn', 'expired'] as const;

export type ExceptionState = (typeof STATES)[number];

export function stateOf(word: string): ExceptionState {
  return STATES.find((state) => state === word) ?? 'requested';
}

/** Two persons stand behind an exception. */
const SEPARATION = 'access.separation_of_duties';

/** An exception that holds is told of when it ends so soon. */
const SOON_MS = 14 * 24 * 60 * 60 * 1000;

export function endsSoon(exception: PolicyException, now: number): boolean {
  const left = Date.parse(exception.ends) - now;
  return exception.state === 'approved' && left > 0 && left <= SOON_MS;
}

/** An exception as a server tells it that says what its reader may do with it. */
export type DecidableException = PolicyException & {
  /** Any of `approve`, `refuse`, `withdraw`. */
  may_decide?: readonly string[] | null;
  /** The code of what keeps the reader from approving it although they have the right to. */
  blocked?: string | null;
};

/** What somebody may do, and why they may not approve. */
export interface Rights {
  mayApprove: boolean;
  mayRefuse: boolean;
  mayWithdraw: boolean;
  /** They asked for it themselves, something else keeps them from it, they have no right to, or nothing is to be decided. */
  why: 'own' | 'blocked' | 'permission' | 'decided' | null;
}

/** What somebody may do. Who wrote the policy, and whether that counts, the server alone knows: where it does not say, it refuses. */
export function rightsOf(exception: DecidableException, me: Me): Rights {
  const may = (permission: string) => me.permissions.includes(permission);
  const isOwn = exception.requested_by === me.name;
  const isOpen = exception.state === 'requested';
  const told = exception.may_decide;
  const mayDecide = isOpen && !isOwn && may('exceptions.approve');
  const rights = told
    ? { mayApprove: told.includes('approve'), mayRefuse: told.includes('refuse'), mayWithdraw: told.includes('withdraw') }
    : {
        mayApprove: mayDecide,
        mayRefuse: mayDecide,
        mayWithdraw: (isOpen || exception.state === 'approved') && may('exceptions.write') && (isOwn || may('exceptions.approve')),
      };
  return { ...rights, why: whyNot() };

  function whyNot(): Rights['why'] {
    if (!isOpen) return 'decided';
    if (rights.mayApprove) return null;
    if (!may('exceptions.approve') && !isOwn) return 'permission';
    if (isOwn && (!told || exception.blocked === SEPARATION)) return 'own';
    return exception.blocked ? 'blocked' : 'permission';
  }
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
