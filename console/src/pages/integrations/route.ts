import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const integrationsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/integrations',
  staticData: { title: { en: 'Integrations', ja: '連携' }, also: ['notifications', '通知', 'webhooks', 'Slack', 'e-mail', 'メール', 'SIEM'], nav: { group: 'administration', letter: 'n' }, permission: 'integrations.read' },
  component: lazyRouteComponent(() => import('./IntegrationsPage'), 'IntegrationsPage'),
});

export const newIntegrationRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/integrations/new',
  staticData: { title: { en: 'Add integration', ja: '連携を追加' }, permission: 'integrations.write' },
  component: lazyRouteComponent(() => import('./NewIntegrationPage'), 'NewIntegrationPage'),
});

export const integrationRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/integrations/$id',
  staticData: { title: { en: 'Integration', ja: '連携' }, permission: 'integrations.read' },
  component: lazyRouteComponent(() => import('./IntegrationPage'), 'IntegrationPage'),
});
