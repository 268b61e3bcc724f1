import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const groupsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/groups',
  staticData: { title: { en: 'Groups', ja: 'グループ' }, nav: { group: 'access' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./GroupsPage'), 'GroupsPage'),
});

export const newGroupRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/groups/new',
  staticData: { title: { en: 'Add group', ja: 'グループを追加' }, permission: 'access.write' },
  component: lazyRouteComponent(() => import('./NewGroupPage'), 'NewGroupPage'),
});

export const groupRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/groups/$id',
  staticData: { title: { en: 'Group', ja: 'グループ' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./GroupPage'), 'GroupPage'),
});
