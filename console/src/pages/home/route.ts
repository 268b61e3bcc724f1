import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const homeRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  staticData: { title: { en: 'Home', ja: 'ホーム' }, also: ['dashboard', 'ダッシュボード', 'summary'], nav: { group: 'overview', letter: 'h' } },
  component: lazyRouteComponent(() => import('./HomePage'), 'HomePage'),
});
