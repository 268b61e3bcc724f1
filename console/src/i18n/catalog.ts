// Catalogs: one pair of files for each page and shared part. English gives the keys and the values; Japanese must have the
// same ones, which types and a test hold.

export type Sentences = Readonly<Record<string, string>>;

/** The same keys in another language. */
export type Translation<Source extends Sentences> = { readonly [Key in keyof Source]: string };

export interface Catalog<Source extends Sentences> {
  readonly en: Source;
  readonly ja: Translation<Source>;
}

/** Puts the two languages of a page together. */
export function catalog<Source extends Sentences>(en: Source, ja: Translation<Source>): Catalog<Source> {
  return { en, ja };
}

/** The names of the values in a sentence: a name ends at a comma or brace; forms of plurals have a space or a `#`. */
export type Names<Text extends string> = Text extends `${string}{${infer Rest}` ? NameAtHead<Rest> | Names<Rest> : never;

type NameAtHead<Rest extends string> = Rest extends `${infer Inside}}${string}`
  ? Inside extends `${infer Name},${string}`
    ? WordOnly<Name>
    : WordOnly<Inside>
  : never;

type WordOnly<Name extends string> = Name extends `${string}${' ' | '#' | '{'}${string}` ? never : Name extends '' ? never : Name;
