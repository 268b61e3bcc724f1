import type { ScanRequest } from '../../client/generated';

/** An image of a registry as people type it: `team/app:1.2`, `team/app@sha256:…`, with or without the registry in front. */
export function imageOf(typed: string, address: string): ScanRequest {
  const text = typed.trim();
  const own = text.startsWith(`${address}/`) ? text.slice(address.length + 1) : text;
  const [name = '', digest] = own.split('@', 2);
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  return {
    repository: hasTag ? name.slice(0, colon) : name,
    ...(hasTag ? { tag: name.slice(colon + 1) } : {}),
    ...(digest ? { digest } : {}),
  };
}
