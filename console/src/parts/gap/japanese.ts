// Loaded in Japanese alone, where such a reason is shown: the pairs are longer than a page.
import { phrases } from 'virtual:gap-phrases';
import { sayerOf } from './phrases';

/** Why something could not be read, in Japanese; nothing where nobody translated it. */
export const sayReason = sayerOf(phrases);
