import type { ReactNode } from 'react';
import { useMessages } from '../../i18n/language';
import { HostileText } from '../HostileText';
import type { Kind } from './kinds';
import { messages } from './messages';

/** The longest text that stands within a sentence. */
const LONGEST = 80;

/** What the palette and the page of results say alike. */
export function useSearchWords() {
  const t = useMessages(messages);
  const shown = (text: string) => <HostileText text={text} longest={LONGEST} />;
  return {
    kind: (kind: Kind): string => t(`kind.${kind}`),
    imagesWith: (packageVersion: string): ReactNode => t.rich('images.with', { what: shown(packageVersion) }),
    allImagesWith: (packageVersion: string, count: number | null): string => (count === null ? t('images.all.uncounted', { what: packageVersion }) : t('images.all', { what: packageVersion, count })),
    nothing: (text: string): ReactNode => t.rich('nothing', { text: shown(text) }),
  };
}
