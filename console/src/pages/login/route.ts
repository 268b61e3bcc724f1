import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../../frame/routes';

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  staticData: { title: { en: 'Sign in', ja: 'サインイン' } },
  component: lazyRouteComponent(() => import('./LoginPage'), 'LoginPage'),
});
