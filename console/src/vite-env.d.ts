/// <reference types="vite/client" />

declare module 'virtual:verdict-sentences' {
  /** The sentences of verdicts by code, as `content/messages` has them. */
  export const english: Readonly<Record<string, string>>;
  export const japanese: Readonly<Record<string, string>>;
}
