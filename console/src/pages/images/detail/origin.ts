// Where the index of an image is from, as the server was told: by a worker that scanned a registry, or by a pipeline.

const NAMES = ['kind', 'id', 'repository', 'commit', 'build'] as const;

export interface OriginFact {
  name: (typeof NAMES)[number];
  value: string;
}

/** What is known, in the order of reading. */
export function originOf(source: unknown): readonly OriginFact[] {
  if (typeof source !== 'object' || source === null) return [];
  const told = source as Readonly<Record<string, unknown>>;
  return NAMES.flatMap((name) => {
    const value = told[name];
    return typeof value === 'string' && value !== '' ? [{ name, value }] : [];
  });
}

/** The address as a link; none where it is no page of the web: whoever registers an image writes what they like. */
export function linkOf(value: string): string | null {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return null;
  const { href, username, password } = new URL(value);
  return username === '' && password === '' ? href : null;
}
