import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const searchRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/search',
  staticData: { title: { en: 'Search', ja: '検索' } },
  component: lazyRouteComponent(() => import('./SearchPage'), 'SearchPage'),
});
