import { memo } from 'react';

/** The longest text from an image that is shown; what is longer is cut, and ends with `…`. */
const LONGEST = 300;

const HOSTILE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** A text that came out of an image or from another system: control and bidirectional characters as visible escapes. */
export const HostileText = memo(function HostileText({ text, longest = LONGEST }: { text: string; longest?: number }) {
  return <bdi className="bh-hostile">{visible(text, longest)}</bdi>;
});

/** The text with everything that could hide or reorder it made visible. */
export function visible(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(HOSTILE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
