import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const scopesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/scopes',
  staticData: { title: { en: 'Application scopes', ja: 'アプリケーションスコープ' }, nav: { group: 'access' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./ScopesPage'), 'ScopesPage'),
});

export const newScopeRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/scopes/new',
  staticData: { title: { en: 'Add application scope', ja: 'アプリケーションスコープを追加' }, permission: 'access.write' },
  component: lazyRouteComponent(() => import('./NewScopePage'), 'NewScopePage'),
});

export const scopeRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/scopes/$id',
  staticData: { title: { en: 'Application scope', ja: 'アプリケーションスコープ' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./ScopePage'), 'ScopePage'),
});
