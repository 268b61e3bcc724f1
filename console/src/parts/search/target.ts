// Where what was found leads to.
import type { SearchHit } from '../../client/generated';
import type { Search } from '../../frame/routes';
import { quoted } from '../table/filter';
import { kindOf, type Kind } from './kinds';

export interface Target {
  to: string;
  params?: Readonly<Record<string, string>>;
  search?: Search;
}

const PAGES: Readonly<Record<Exclude<Kind, 'package' | 'repository'>, [to: string, parameter: string]>> = {
  image: ['/images/$digest', 'digest'],
  vulnerability: ['/vulnerabilities/$id', 'id'],
  policy: ['/policies/$id', 'id'],
  exception: ['/exceptions/$id', 'id'],
  registry: ['/registries/$id', 'id'],
  integration: ['/integrations/$id', 'id'],
  user: ['/access/users/$id', 'id'],
  group: ['/access/groups/$id', 'id'],
  role: ['/access/roles/$id', 'id'],
  scope: ['/access/scopes/$id', 'id'],
};

/** The page of a hit; packages and repositories lead to the images that have them. Null for a kind that is not known here. */
export function targetOf(hit: SearchHit): Target | null {
  const kind = kindOf(hit.kind);
  if (!kind) return null;
  if (kind === 'package') return imagesWith(hit.id);
  if (kind === 'repository') {
    return { to: '/images', search: { filter: `registry:${quoted(hit.detail ?? '')} repository:${quoted(hit.title)}` } };
  }
  const [to, parameter] = PAGES[kind];
  return { to, params: { [parameter]: hit.id } };
}

/** The images with a package: `xz@5.6.1`. */
export function imagesWith(packageVersion: string): Target {
  return { to: '/images', search: { filter: `package_version:${quoted(packageVersion)}` } };
}

/** What tells a hit from others of its name, where that is worth showing. */
export function detailOf(hit: SearchHit): string {
  // Words of states and kinds belong to the API, not to readers.
  if (hit.kind === 'exception' || hit.kind === 'integration') return '';
  if (hit.kind !== 'package') return hit.detail ?? '';
  return [hit.id.slice(hit.id.lastIndexOf('@') + 1), hit.detail].filter(Boolean).join(' · ');
}
