import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const jobsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/jobs',
  staticData: { title: { en: 'Jobs', ja: 'ジョブ' }, also: ['scans', 'スキャン', 'queue'], nav: { group: 'assurance', letter: 'j' }, permission: 'jobs.read' },
  component: lazyRouteComponent(() => import('./JobsPage'), 'JobsPage'),
});

export const jobRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/jobs/$id',
  staticData: { title: { en: 'Job', ja: 'ジョブ' }, permission: 'jobs.read' },
  component: lazyRouteComponent(() => import('./JobPage'), 'JobPage'),
});
