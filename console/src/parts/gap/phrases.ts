// Sentences recognized by their words and said in another language: what `crates/model/src/phrase_book.rs` does for the
// command line, on the same pairs. Both say the same (`crates/formats/src/words/reasons.json`).

/** How often values are cut another way before a sentence counts as unknown. */
const MOST_TRIES = 256;

/** How many sentences may stand within one another. */
const DEEPEST = 4;

/** A sentence in parts: the words before its first place, then each place with the words behind it. */
interface Pattern {
  begin: string;
  places: readonly (readonly [name: string, words: string])[];
}

type Value = readonly [name: string, value: string];

interface Work {
  tries: number;
}

/**
 * What says sentences of these pairs in the other language. A place called `{message}` holds a sentence that is said, too; one
 * whose name begins with `detail` likewise, but stays as it is where no pair has it.
 */
export function sayerOf(pairs: Readonly<Record<string, string>>): (sentence: string) => string | null {
  const phrases = Object.entries(pairs).map(([from, to]) => ({ from: patternOf(from), to: patternOf(to) }));
  // What has words to begin with is tried first, then what says more, as bytes count it.
  const weight = new Map(phrases.map((phrase) => [phrase, wordsOf(phrase.from)]));
  const begins = ({ from }: { from: Pattern }) => Number(from.begin !== '');
  phrases.sort((one, other) => begins(other) - begins(one) || (weight.get(other) ?? 0) - (weight.get(one) ?? 0));

  const say = (sentence: string, depth: number, work: Work): string | null => {
    if (depth > DEEPEST) return null;
    for (const { from, to } of phrases) {
      if (!sentence.startsWith(from.begin)) continue;
      const said = cut(from.places, sentence.slice(from.begin.length), [], work, (values) => put(to, values, depth, work));
      if (said !== null) return said;
    }
    return null;
  };

  const put = (pattern: Pattern, values: readonly Value[], depth: number, work: Work): string | null => {
    let said = pattern.begin;
    for (const [place, words] of pattern.places) {
      const value = values.find(([name]) => name === place)?.[1];
      if (value === undefined) return null;
      if (place === 'message') {
        const inner = say(value, depth + 1, work);
        if (inner === null) return null;
        said += inner;
      } else {
        said += place.startsWith('detail') ? say(value, depth + 1, work) ?? value : value;
      }
      said += words;
    }
    return said;
  };

  return (sentence) => say(sentence, 0, { tries: 0 });
}

function patternOf(text: string): Pattern {
  const [begin = '', ...parts] = text.split('{');
  const place = (part: string): [string, string] => {
    const end = part.indexOf('}');
    return end < 0 ? [part, ''] : [part.slice(0, end), part.slice(end + 1)];
  };
  return { begin, places: parts.map(place) };
}

function wordsOf({ begin, places }: Pattern): number {
  return new TextEncoder().encode(begin + places.map(([, words]) => words).join('')).length;
}

/** The first way to cut a text into values that `made` can do something with. */
function cut(
  places: Pattern['places'],
  rest: string,
  values: readonly Value[],
  work: Work,
  made: (values: readonly Value[]) => string | null,
): string | null {
  const [first, ...others] = places;
  if (first === undefined) return rest === '' ? made(values) : null;
  const [name, words] = first;
  if (others.length === 0) return rest.endsWith(words) ? made([...values, [name, rest.slice(0, rest.length - words.length)]]) : null;
  // Two places with nothing between them cannot be told apart.
  if (words === '') return null;
  for (let at = rest.indexOf(words); at >= 0; at = rest.indexOf(words, at + words.length)) {
    work.tries += 1;
    if (work.tries > MOST_TRIES) return null;
    const said = cut(others, rest.slice(at + words.length), [...values, [name, rest.slice(0, at)]], work, made);
    if (said !== null) return said;
  }
  return null;
}
