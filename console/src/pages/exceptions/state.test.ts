import { expect, test } from 'vitest';
import type { Me, PolicyException } from '../../client/generated';
import { endsSoon, rightsOf, scopeOf } from './state';

const EXCEPTION: PolicyException = {
  id: '1', name: 'x', owner: 'sato', reason: 'because of it', expires: '2026-12-01', ends: '2026-12-02T00:00:00Z', state: 'requested',
  requested: '2026-11-01T00:00:00Z', requested_by: 'dev', comment: '', version: 1,
};

const me = (name: string, ...permissions: string[]): Me => ({
  id: name, name, kind: 'user', permissions, roles: [], has_second_factor: false, must_change_password: false,
});

test('whoever asked for it does not decide, but may withdraw it', () => {
  expect(rightsOf(EXCEPTION, me('dev', 'exceptions.write', 'exceptions.approve'))).toEqual({ mayApprove: false, mayRefuse: false, mayWithdraw: true, why: 'own' });
});

test('another person decides who has the right to, and nobody decides twice', () => {
  expect(rightsOf(EXCEPTION, me('boss', 'exceptions.approve')).mayApprove).toBe(true);
  expect(rightsOf(EXCEPTION, me('guest', 'exceptions.read')).why).toBe('permission');
  expect(rightsOf({ ...EXCEPTION, state: 'approved' }, me('boss', 'exceptions.write', 'exceptions.approve'))).toEqual({ mayApprove: false, mayRefuse: false, mayWithdraw: true, why: 'decided' });
  expect(rightsOf({ ...EXCEPTION, state: 'refused' }, me('dev', 'exceptions.write')).mayWithdraw).toBe(false);
});

test('where the server says what the reader may do, that counts', () => {
  const boss = me('boss', 'exceptions.write', 'exceptions.approve');
  const blocked = 'access.separation_of_duties';
  // They wrote the policy that is excepted from.
  expect(rightsOf({ ...EXCEPTION, may_decide: ['refuse'], blocked }, boss)).toEqual({ mayApprove: false, mayRefuse: true, mayWithdraw: false, why: 'blocked' });
  const own = { ...EXCEPTION, requested_by: 'boss' };
  expect(rightsOf({ ...own, may_decide: ['withdraw'], blocked }, boss)).toEqual({ mayApprove: false, mayRefuse: false, mayWithdraw: true, why: 'own' });
  // Where one person may do both.
  expect(rightsOf({ ...own, may_decide: ['approve', 'refuse', 'withdraw'] }, boss)).toEqual({ mayApprove: true, mayRefuse: true, mayWithdraw: true, why: null });
  expect(rightsOf({ ...EXCEPTION, may_decide: [] }, me('guest', 'exceptions.read')).why).toBe('permission');
});

test('only what holds ends soon', () => {
  const now = Date.parse('2026-11-28T00:00:00Z');
  expect(endsSoon({ ...EXCEPTION, state: 'approved' }, now)).toBe(true);
  expect(endsSoon(EXCEPTION, now)).toBe(false);
  expect(endsSoon({ ...EXCEPTION, state: 'approved', ends: '2027-12-02T00:00:00Z' }, now)).toBe(false);
});

test('a scope is read as far as it is one', () => {
  const scope = { expression: 'v1 && v2', variables: [{ attribute: 'image.label', name: 'team', value: 'a' }, 4] };
  expect(scopeOf({ ...EXCEPTION, scope })).toEqual({ expression: 'v1 && v2', variables: ['image.label[team] = a', ' = '] });
  expect(scopeOf(EXCEPTION)).toEqual({ expression: null, variables: [] });
});
