import { useEffect, useReducer } from 'react';
import { useReader } from '../../i18n/language';

type Say = (english: string) => string;

const asItIs: Say = (english) => english;

let japanese: Say | null = null;

async function readJapanese(): Promise<void> {
  const { sayReason } = await import('./japanese');
  japanese = (english) => sayReason(english) ?? english;
}

/**
 * Says why something could not be read in the reader's language. Reports hold it in English, which is told until the words
 * are there, or where they do not come.
 */
export function useReasons(isShown = true): Say {
  const isJapanese = useReader().language === 'ja';
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const isMissing = isShown && isJapanese && japanese === null;
  useEffect(() => {
    if (isMissing) readJapanese().then(draw, () => undefined);
  }, [isMissing]);
  return isJapanese && japanese ? japanese : asItIs;
}
