import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const registriesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/registries',
  staticData: { title: { en: 'Registries', ja: 'レジストリ' }, also: ['Harbor', 'ECR', 'Docker Hub'], nav: { group: 'assurance', letter: 'r' }, permission: 'registries.read' },
  component: lazyRouteComponent(() => import('./RegistriesPage'), 'RegistriesPage'),
});

export const newRegistryRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/registries/new',
  staticData: { title: { en: 'Add a registry', ja: 'レジストリの追加' }, permission: 'registries.write' },
  component: lazyRouteComponent(() => import('./NewRegistryPage'), 'NewRegistryPage'),
});

export const registryRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/registries/$id',
  staticData: { title: { en: 'Registry', ja: 'レジストリ' }, permission: 'registries.read' },
  component: lazyRouteComponent(() => import('./RegistryPage'), 'RegistryPage'),
});

export const editRegistryRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/registries/$id/edit',
  staticData: { title: { en: 'Edit a registry', ja: 'レジストリの編集' }, permission: 'registries.write' },
  component: lazyRouteComponent(() => import('./EditRegistryPage'), 'EditRegistryPage'),
});
