import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const usersRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/users',
  staticData: { title: { en: 'Users', ja: 'ユーザー' }, nav: { group: 'access', letter: 'u' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./UsersPage'), 'UsersPage'),
});

export const newUserRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/users/new',
  staticData: { title: { en: 'Add user', ja: 'ユーザーを追加' }, permission: 'access.write' },
  component: lazyRouteComponent(() => import('./NewUserPage'), 'NewUserPage'),
});

export const userRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/users/$id',
  staticData: { title: { en: 'User', ja: 'ユーザー' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./UserPage'), 'UserPage'),
});
