// Documents that the OpenAPI document calls objects only, read at the border: what is missing or of another type is empty, so
// that a newer or older server does not break the page.

/** Members of an object whose types nobody has checked yet. */
export class Fields {
  readonly #members: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    this.#members = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  }

  text(name: string): string {
    const value = this.#members[name];
    return typeof value === 'string' ? value : '';
  }

  number(name: string): number | null {
    const value = this.#members[name];
    return typeof value === 'number' ? value : null;
  }

  /** As `text`, where an empty text says something else than none. */
  textOrNone(name: string): string | null {
    const value = this.#members[name];
    return typeof value === 'string' ? value : null;
  }

  /** As `flag`, where nobody may have said so. */
  flagOrNone(name: string): boolean | null {
    const value = this.#members[name];
    return typeof value === 'boolean' ? value : null;
  }

  flag(name: string): boolean {
    return this.#members[name] === true;
  }

  object(name: string): Fields {
    return new Fields(this.#members[name]);
  }

  list(name: string): Fields[] {
    const value = this.#members[name];
    return Array.isArray(value) ? value.map((item) => new Fields(item)) : [];
  }

  texts(name: string): string[] {
    const value = this.#members[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  values(name: string): Record<string, string | number> {
    const members = this.#members[name];
    if (typeof members !== 'object' || members === null) return {};
    const isValue = (entry: [string, unknown]): entry is [string, string | number] =>
      typeof entry[1] === 'string' || typeof entry[1] === 'number';
    return Object.fromEntries(Object.entries(members).filter(isValue));
  }
}
