import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const policiesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/policies',
  staticData: { title: { en: 'Assurance policies', ja: 'アシュアランスポリシー' }, also: ['policy', 'image assurance', 'イメージ保証', 'イメージアシュアランス', 'rules', 'ルール', 'security gate', 'セキュリティゲート'], nav: { group: 'assurance', letter: 'a' }, permission: 'policies.read' },
  component: lazyRouteComponent(() => import('./PoliciesPage'), 'PoliciesPage'),
});

export const newPolicyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/policies/new',
  staticData: { title: { en: 'New policy', ja: 'ポリシーの作成' }, permission: 'policies.write' },
  component: lazyRouteComponent(() => import('./NewPolicyPage'), 'NewPolicyPage'),
});

export const policyTrialRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/policies/dry-runs/$job',
  staticData: { title: { en: 'Dry run of a policy', ja: 'ポリシーのシミュレーション' }, permission: 'policies.read' },
  component: lazyRouteComponent(() => import('./TrialPage'), 'TrialPage'),
});

export const policyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/policies/$id',
  staticData: { title: { en: 'Policy', ja: 'ポリシー' }, permission: 'policies.read' },
  component: lazyRouteComponent(() => import('./PolicyPage'), 'PolicyPage'),
});

export const editPolicyRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/policies/$id/edit',
  staticData: { title: { en: 'Edit a policy', ja: 'ポリシーの編集' }, permission: 'policies.write' },
  component: lazyRouteComponent(() => import('./EditPolicyPage'), 'EditPolicyPage'),
});
