import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../../frame/routes';

export const vulnerabilitiesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/vulnerabilities',
  staticData: { title: { en: 'Vulnerabilities', ja: '脆弱性' }, also: ['CVE', 'GHSA', 'advisories', 'アドバイザリ'], nav: { group: 'images', letter: 'v' }, permission: 'findings.read' },
  component: lazyRouteComponent(() => import('./VulnerabilitiesPage'), 'VulnerabilitiesPage'),
});

export const vulnerabilityRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/vulnerabilities/$id',
  staticData: { title: { en: 'Vulnerability', ja: '脆弱性' }, permission: 'findings.read' },
  component: lazyRouteComponent(() => import('./VulnerabilityPage'), 'VulnerabilityPage'),
});
