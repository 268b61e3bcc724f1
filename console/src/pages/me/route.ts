import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const meRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/me',
  staticData: { title: { en: 'My account', ja: 'アカウント' }, also: ['password', 'パスワード', 'second factor', '二要素認証', 'sessions', 'セッション', 'language', '言語', 'time zone', 'タイムゾーン'] },
  component: lazyRouteComponent(() => import('./MePage'), 'MePage'),
});
