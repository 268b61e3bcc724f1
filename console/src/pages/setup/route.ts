import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../frame/routes';

export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  staticData: { title: { en: 'First set-up', ja: '初期設定' } },
  component: lazyRouteComponent(() => import('./SetupPage'), 'SetupPage'),
});
