import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const exceptionsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/exceptions',
  staticData: { title: { en: 'Exceptions', ja: '例外' }, also: ['allow list', 'whitelist', '許可リスト', 'ホワイトリスト', 'false positives', '誤検知', 'VEX'], nav: { group: 'assurance', letter: 'e' }, permission: 'exceptions.read' },
  component: lazyRouteComponent(() => import('./ExceptionsPage'), 'ExceptionsPage'),
});

export const exceptionRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/exceptions/$id',
  staticData: { title: { en: 'Exception', ja: '例外' }, permission: 'exceptions.read' },
  component: lazyRouteComponent(() => import('./ExceptionPage'), 'ExceptionPage'),
});
