import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const intelligenceRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/system/intelligence',
  staticData: { title: { en: 'Cyber intelligence', ja: 'サイバーインテリジェンス' }, also: ['feeds', 'フィード', 'vulnerability database', '脆弱性データベース'], nav: { group: 'administration', letter: 'l' }, permission: 'intelligence.read' },
  component: lazyRouteComponent(() => import('./IntelligencePage'), 'IntelligencePage'),
});
