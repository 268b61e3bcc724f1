// What scopes may ask (`crates/policy/src/scope/attributes.rs`), in the order of use.

export const ATTRIBUTES = [
  'image.repository', 'image.registry', 'image.name', 'image.tag', 'image.digest', 'image.label',
  'kubernetes.namespace', 'kubernetes.cluster', 'kubernetes.label', 'host.name', 'host.group',
  'os.id', 'os.version', 'os.type', 'target.kind', 'target.name', 'cloud.account', 'cf.application', 'cf.space',
  'function.name', 'repository.name', 'repository.branch', 'repository.organization', 'repository.provider',
] as const;

export type Attribute = (typeof ATTRIBUTES)[number];

/** Whether it has a value for each of many keys, as labels have. */
export function hasKeys(attribute: string): boolean {
  return attribute.endsWith('.label');
}
