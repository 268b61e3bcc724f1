import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const auditRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/audit',
  staticData: { title: { en: 'Audit trail', ja: '監査証跡' }, also: ['log', 'ログ', 'history', '履歴'], nav: { group: 'administration', letter: 'd' }, permission: 'audit.read' },
  component: lazyRouteComponent(() => import('./AuditPage'), 'AuditPage'),
});
