// Pages and actions by name: what the search knows before it asks the server.
import { normalized } from '../../parts/table/filter';

export interface Place {
  id: string;
  /** What it is called in the reader's language. */
  title: string;
  /** All words that it may be looked for by. */
  words: readonly string[];
}

/** So many of them are offered; whoever sees more types on. */
const MOST = 6;

/** Those that a text means, the nearest first. Full-width letters are the plain ones, hiragana are katakana. */
export function matching<Some extends Place>(places: readonly Some[], typed: string): Some[] {
  const asked = folded(typed);
  if (asked === '') return [];
  const ranked = places.map((place) => ({ place, rank: Math.min(...[place.title, ...place.words].map((word) => rankOf(folded(word), asked))) }));
  return ranked
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((left, right) => left.rank - right.rank)
    .slice(0, MOST)
    .map(({ place }) => place);
}

const NO_MATCH = 4;

/** 0 for the very word, 1 for its beginning, 2 for the beginning of a part, 3 for its middle. */
function rankOf(word: string, asked: string): number {
  if (word === asked) return 0;
  if (word.startsWith(asked)) return 1;
  if (word.includes(` ${asked}`)) return 2;
  // One letter is in the middle of everything.
  return asked.length > 1 && word.includes(asked) ? 3 : NO_MATCH;
}

function folded(text: string): string {
  return normalized(text)
    .trim()
    .toLowerCase()
    .replace(/[\u3041-\u3096]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0x60));
}
