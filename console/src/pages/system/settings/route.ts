import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/system/settings',
  staticData: { title: { en: 'Settings', ja: '設定' }, nav: { group: 'administration', letter: 's' }, permission: 'settings.read' },
  component: lazyRouteComponent(() => import('./SettingsPage'), 'SettingsPage'),
});
