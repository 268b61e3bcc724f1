import { useEffect, useReducer } from 'react';
import { useReader } from './language';

/**
 * Makes the hook for words that Japanese readers alone need, and only in some places: they are loaded where they are shown.
 * It gives `null` to other readers, and until the words have come.
 */
export function japaneseWords<Words>(load: () => Promise<Words>): (isShown?: boolean) => Words | null {
  let words: Words | null = null;
  const read = async () => { words = await load(); };
  return function useJapaneseWords(isShown = true) {
    const isJapanese = useReader().language === 'ja';
    const [, draw] = useReducer((count: number) => count + 1, 0);
    const isMissing = isShown && isJapanese && words === null;
    useEffect(() => {
      // Where they do not come, what is said stays English.
      if (isMissing) read().then(draw, () => undefined);
    }, [isMissing]);
    return isJapanese ? words : null;
  };
}
