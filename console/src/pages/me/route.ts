import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const meRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/me',
  staticData: { title: { en: 'My account', ja: 'アカウント' } },
  component: lazyRouteComponent(() => import('./MePage'), 'MePage'),
});
