// The numbers of an image, each with the tab and the filter whose rows it counts.
import type { ImageCounts } from '../../client/generated';
import type { Search } from '../../frame/routes';

/** What an exception covers does not count. */
const NOT_EXCEPTED = '-excepted_by:*';

/** What a statement settles does not count among what a layer brought. */
const NOT_SETTLED = '-status:fixed,not_affected';

/** The vulnerabilities that a layer brought, of those that count. */
export function rowsOfLayer(layer: number): Search {
  return { tab: 'vulnerabilities', filter: `layer:${String(layer)} ${NOT_EXCEPTED} ${NOT_SETTLED}` };
}

/** The packages that a layer brought. */
export function packagesOfLayer(layer: number): Search {
  return { tab: 'packages', filter: `layer:${String(layer)}` };
}

export type Counted = Exclude<keyof ImageCounts, 'gaps' | 'misconfigurations'>;

export function rowsOf(name: Counted): Search {
  switch (name) {
    case 'kev':
      return { tab: 'vulnerabilities', filter: `kev:true ${NOT_EXCEPTED}` };
    case 'fixable':
      return { tab: 'vulnerabilities', filter: `fixed_version:* ${NOT_EXCEPTED}` };
    case 'unrated':
      return { tab: 'vulnerabilities', filter: `severity:unknown,none ${NOT_EXCEPTED}` };
    case 'secrets':
    case 'malware':
      return { tab: name, filter: NOT_EXCEPTED };
    default:
      return { tab: 'vulnerabilities', filter: `severity:${name} ${NOT_EXCEPTED}` };
  }
}
