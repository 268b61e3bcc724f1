// What the report on an image says of how it is made (`docs/reference/report.md`), read at the border: the OpenAPI document
// calls it an object only. Of a report that may have many megabytes this alone is kept.
import { queryOptions } from '@tanstack/react-query';
import { Fields } from '../../../../client/fields';
import { showImageReport } from '../../../../client/generated';

export interface ImageInside {
  configuration: Configuration;
  /** From the base upwards. */
  layers: readonly Layer[];
  /** The commands that made no layer, from the base upwards. */
  emptyHistory: readonly string[];
  /** The name of the base image; empty where it is not known. */
  base: string;
  /** Packages that a layer brought and an upper one removed. */
  removed: readonly Removed[];
}

export interface Configuration {
  /** Empty where nobody is named; `null` where there is no configuration. */
  user: string | null;
  /** The number that the image gives to that name. */
  userId: number | null;
  ports: readonly string[];
  /** `set`, `absent`, `unknown`. */
  healthcheck: string;
  /** In the order of the configuration; secrets are masked. */
  environment: readonly Named[];
  labels: readonly Named[];
  annotations: readonly Named[];
}

export interface Named {
  name: string;
  value: string;
}

export interface Layer {
  digest: string;
  command: string;
  /** As it is stored; `null` where that is not known. */
  bytes: number | null;
  /** Whether it is of the base image; `null` where that is not known. */
  isBase: boolean | null;
  packages: number;
  /** Without those that an exception covers or a statement settles, as in the numbers of an image. */
  vulnerabilities: number;
}

export interface Removed {
  purl: string;
  addedIn: number | null;
  removedIn: number | null;
}

export function insideQuery(digest: string) {
  return queryOptions({
    queryKey: [showImageReport.id, digest, 'inside'] as const,
    queryFn: async ({ signal }) => insideOf(await showImageReport({ path: { digest } }, { signal })),
    // The server judges anew for each answer, and how an image is made never changes.
    staleTime: 60_000,
  });
}

/** What VEX settles counts no more. */
const SETTLED = new Set(['fixed', 'not_affected']);

export function insideOf(report: Readonly<Record<string, unknown>>): ImageInside {
  const fields = new Fields(report);
  const image = fields.object('image');
  const packages = counted(once(fields.list('packages')));
  const vulnerabilities = counted(
    fields.list('findings').filter((found) => found.text('kind') === 'vulnerability' && found.text('excepted_by') === '' && !SETTLED.has(found.text('status'))),
  );
  return {
    configuration: {
      user: image.textOrNone('user'),
      userId: image.number('user_id'),
      ports: image.texts('exposed_ports'),
      healthcheck: image.text('healthcheck'),
      environment: image.texts('environment').map(variableOf),
      labels: membersOf(image, 'labels'),
      annotations: membersOf(image, 'annotations'),
    },
    layers: image.list('layers').map((layer, at) => ({
      digest: layer.text('digest'),
      command: layer.text('created_by'),
      bytes: layer.number('size_bytes'),
      isBase: layer.flagOrNone('base'),
      packages: packages.get(at) ?? 0,
      vulnerabilities: vulnerabilities.get(at) ?? 0,
    })),
    emptyHistory: image.texts('empty_history'),
    base: fields.object('base').text('name'),
    removed: fields.list('removed').map((one) => ({ purl: one.text('purl'), addedIn: one.number('added_in'), removedIn: one.number('removed_in') })),
  };
}

/** Packages as lists have them: one that is there twice is of the layer that is told first. */
function once(packages: readonly Fields[]): readonly Fields[] {
  const known = new Set<string>();
  return packages.filter((one) => {
    const purl = one.text('purl');
    if (purl === '') return true;
    const isNew = !known.has(purl);
    known.add(purl);
    return isNew;
  });
}

/** How many of them each layer brought. */
function counted(found: readonly Fields[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const one of found) {
    const layer = one.number('layer');
    if (layer !== null) counts.set(layer, (counts.get(layer) ?? 0) + 1);
  }
  return counts;
}

/** `NAME=value`. */
function variableOf(text: string): Named {
  const at = text.indexOf('=');
  return at < 0 ? { name: text, value: '' } : { name: text.slice(0, at), value: text.slice(at + 1) };
}

function membersOf(fields: Fields, name: string): Named[] {
  return Object.entries(fields.values(name)).map(([member, value]) => ({ name: member, value: String(value) }));
}
