import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../../frame/routes';

export const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/system/settings',
  staticData: { title: { en: 'Settings', ja: '設定' }, also: ['retention', '保存期間', 'separation of duties', '職務の分離'], nav: { group: 'administration', letter: 's' }, permission: 'settings.read' },
  component: lazyRouteComponent(() => import('./SettingsPage'), 'SettingsPage'),
});
