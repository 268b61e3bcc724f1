import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const imagesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/images',
  staticData: { title: { en: 'Images', ja: 'イメージ' }, also: ['containers', 'コンテナ'], nav: { group: 'images', letter: 'i' }, permission: 'images.read' },
  component: lazyRouteComponent(() => import('./list/ImagesPage'), 'ImagesPage'),
});

export const imageRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/images/$digest',
  staticData: { title: { en: 'Image', ja: 'イメージ' }, permission: 'images.read' },
  component: lazyRouteComponent(() => import('./detail/ImagePage'), 'ImagePage'),
});

export const compareRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/images/compare',
  staticData: { title: { en: 'Compare images', ja: 'イメージの比較' }, also: ['diff', '差分'], permission: 'images.read' },
  component: lazyRouteComponent(() => import('./compare/ComparePage'), 'ComparePage'),
});
