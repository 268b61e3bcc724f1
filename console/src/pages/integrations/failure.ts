// Why a message did not arrive.
import type { Language } from '../../i18n/format';
import { visible } from '../../parts/HostileText';

/** What the server says of a delivery that failed. */
interface Failed {
  failure?: string | null;
  failure_ja?: string | null;
}

/** Why it failed, in the reader's language where the server knows it in that; servers elsewhere may have said a part of it. */
export function failureIn(language: Language, { failure, failure_ja: japanese }: Failed): string {
  return visible((language === 'ja' ? japanese : null) ?? failure ?? '', 1000);
}
