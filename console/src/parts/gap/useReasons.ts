import { japaneseWords } from '../../i18n/japanese';

const useWords = japaneseWords(() => import('./japanese'));

/** Says why something could not be read in the reader's language; reports hold it in English. */
export function useReasons(isShown = true): (english: string) => string {
  const words = useWords(isShown);
  return (english) => words?.sayReason(english) ?? english;
}
