/** The kinds of what the server finds, as it names them. */
export const KINDS = [
  'image', 'repository', 'vulnerability', 'package', 'policy', 'exception', 'registry', 'integration', 'user', 'group', 'role', 'scope',
] as const;

export type Kind = (typeof KINDS)[number];

/** A kind that has a word here; null for one of a later version. */
export function kindOf(word: string): Kind | null {
  return KINDS.find((kind) => kind === word) ?? null;
}
