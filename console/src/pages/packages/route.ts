import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const packagesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/packages',
  staticData: { title: { en: 'Packages', ja: 'パッケージ' }, also: ['SBOM', 'libraries', 'components', 'ライブラリ', '部品'], nav: { group: 'images', letter: 'p' }, permission: 'images.read' },
  component: lazyRouteComponent(() => import('./PackagesPage'), 'PackagesPage'),
});
