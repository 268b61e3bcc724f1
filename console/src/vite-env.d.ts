/// <reference types="vite/client" />

declare module 'virtual:verdict-sentences' {
  /** The sentences of verdicts by code, as `content/messages` has them. */
  export const english: Readonly<Record<string, string>>;
  export const japanese: Readonly<Record<string, string>>;
}

declare module 'virtual:problem-sentences' {
  /** The sentences of the API's problems by code, behind `problem.`. */
  export const english: Readonly<Record<string, string>>;
  export const japanese: Readonly<Record<string, string>>;
}

declare module 'virtual:gap-phrases' {
  /** The Japanese of why something could not be read, by the English of reports, as `content/messages` has it. */
  export const phrases: Readonly<Record<string, string>>;
}

declare module 'virtual:remedy-phrases' {
  /** The Japanese of what repairs a misconfiguration, by the id of its check. */
  export const checks: Readonly<Record<string, string>>;
  /** The Japanese of steps that repair where no command does, by their English. */
  export const steps: Readonly<Record<string, string>>;
}

declare module 'virtual:cause-sentences' {
  /** The sentences of what a `Cause` says, by code. */
  export const english: Readonly<Record<string, string>>;
  export const japanese: Readonly<Record<string, string>>;
}
