import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const tokensRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/tokens',
  staticData: { title: { en: 'API tokens', ja: 'APIトークン' }, also: ['API keys', 'APIキー'], nav: { group: 'access', letter: 't' }, permission: 'access.read' },
  component: lazyRouteComponent(() => import('./TokensPage'), 'TokensPage'),
});

export const newTokenRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/access/tokens/new',
  staticData: { title: { en: 'Make token', ja: 'トークンを作成' }, permission: 'access.write' },
  component: lazyRouteComponent(() => import('./NewTokenPage'), 'NewTokenPage'),
});
