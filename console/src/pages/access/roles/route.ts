import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const rolesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/roles',
  staticData: { title: { en: 'Roles', ja: 'ロール' }, also: ['permissions', '権限', 'RBAC'], nav: { group: 'access' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./RolesPage'), 'RolesPage'),
});

export const newRoleRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/roles/new',
  staticData: { title: { en: 'Add role', ja: 'ロールを追加' }, permission: 'access.write' },
  component: lazyRouteComponent(() => import('./NewRolePage'), 'NewRolePage'),
});

export const roleRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/roles/$id',
  staticData: { title: { en: 'Role', ja: 'ロール' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./RolePage'), 'RolePage'),
});
