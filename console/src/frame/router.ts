// The router: pages of the registry, and addresses whose part after `?` is kept as it is written.
import { createRouter } from '@tanstack/react-router';
import { openPages, pages } from '../pages/registry';
import { awaitPages } from './arrival';
import { frameRoute, rootRoute } from './routes';

const routeTree = rootRoute.addChildren([...openPages, frameRoute.addChildren(pages)]);

export const router = createRouter({
  routeTree,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadDelay: 80,
  scrollRestoration: true,
});

awaitPages(router);

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

/** Colons, commas and slashes stay readable: filters are meant to be read and shared. */
function stringifySearch(search: Record<string, unknown>): string {
  const parts = Object.entries(search)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${readable(value)}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function readable(value: string): string {
  return encodeURIComponent(value)
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%2F', '/')
    .replaceAll('%3E', '>')
    .replaceAll('%3C', '<')
    .replaceAll('%3D', '=')
    .replaceAll('%20', '+');
}
