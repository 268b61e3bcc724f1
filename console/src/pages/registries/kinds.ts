// What registries can be (`crates/api/src/registries.rs`): their words on the wire, their names, the address that each has
// where none is given.
import type { RegistryKind } from '../../client/generated';

export interface KnownKind {
  word: RegistryKind;
  /** A name of a product; the general kind has a word of the catalog. */
  name: string | null;
  address: string;
  /** Whether it does not list its repositories, so that they have to be named. */
  hasNoCatalog?: boolean;
  /** Whether it tells when images were pulled. */
  tellsPulls?: boolean;
}

export const KINDS: readonly KnownKind[] = [
  { word: 'oci', name: null, address: '' },
  { word: 'docker_hub', name: 'Docker Hub', address: 'docker.io', hasNoCatalog: true, tellsPulls: true },
  { word: 'ecr', name: 'Amazon ECR', address: '' },
  { word: 'google', name: 'Google Artifact Registry', address: 'gcr.io' },
  { word: 'quay', name: 'Quay', address: 'quay.io' },
  { word: 'artifactory', name: 'JFrog Artifactory', address: '' },
  { word: 'acr', name: 'Azure Container Registry', address: '' },
  { word: 'harbor', name: 'Harbor', address: '', tellsPulls: true },
  { word: 'ghcr', name: 'GitHub Container Registry', address: 'ghcr.io', hasNoCatalog: true },
  { word: 'gitlab', name: 'GitLab Container Registry', address: 'registry.gitlab.com' },
  { word: 'nexus', name: 'Sonatype Nexus', address: '' },
];

export function kindOf(word: string): KnownKind | undefined {
  return KINDS.find((kind) => kind.word === word);
}
