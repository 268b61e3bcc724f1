import { memo } from 'react';

/** The longest text from an image that is shown; what is longer is cut, and ends with `…`. */
const LONGEST = 300;

const HOSTILE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** A text that came out of an image or from another system: control and bidirectional characters as visible escapes. */
export const HostileText = memo(function HostileText({ text, longest = LONGEST }: { text: string; longest?: number }) {
  return <bdi className="bh-hostile">{visible(text, longest)}</bdi>;
});

/** A character that hides or reorders text, and where it stands. */
export interface Hidden {
  /** From 1. */
  line: number;
  /** `U+202E`. */
  code: string;
}

/** What in a text of lines hides or reorders what is read of it, each once a line: what such a text says is not what it seems to. */
export function hiddenIn(text: string): readonly Hidden[] {
  // Tabs and ends of lines are part of every text, and so is the mark that files of some editors begin with.
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  return lines.flatMap((line, at) => {
    const found = [...line.replaceAll('\t', '').matchAll(HOSTILE)].map(([character]) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`);
    return [...new Set(found)].map((code) => ({ line: at + 1, code }));
  });
}

/** The text with everything that could hide or reorder it made visible. */
export function visible(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(HOSTILE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
