// The pages and actions that the palette offers.
import { useMemo } from 'react';
import { LANGUAGES } from '../../i18n/format';
import { useMessages, useReader } from '../../i18n/language';
import type { Target } from '../../parts/search/target';
import { messages as frame } from '../messages';
import { useKnownPages } from '../pages';
import { THEMES, useTheme } from '../theme';
import { messages } from './messages';
import type { Place } from './places';

export interface Offer extends Place {
  /** Where it leads, or what it does. */
  act: Target | (() => void);
  isInNavigation: boolean;
}

export function usePlaces(onKeys: () => void): readonly Offer[] {
  const t = useMessages(messages);
  const f = useMessages(frame);
  const pages = useKnownPages();
  const { choose } = useReader();
  const [, chooseTheme] = useTheme();
  return useMemo(() => {
    const action = (id: string, title: string, words: readonly string[], run: () => void): Offer => ({ id, title, words, act: run, isInNavigation: false });
    const all = (key: keyof typeof frame.en) => [frame.en[key], frame.ja[key]];
    return [
      ...pages.map(({ path, title, words, isInNavigation }): Offer => ({ id: path, title, words, act: { to: path }, isInNavigation })),
      ...LANGUAGES.map((one) => action(`language.${one}`, t('action.language', { name: f(`language.${one}`) }), [...all('language'), ...all(`language.${one}`)], () => { choose(one); })),
      ...THEMES.map((one) => action(`theme.${one}`, t('action.theme', { name: f(`theme.${one}`) }), [...all('theme'), ...all(`theme.${one}`)], () => { chooseTheme(one); })),
      action('keys', t('action.keys'), [...all('keys.title'), 'shortcuts', 'ショートカット'], onKeys),
    ];
  }, [pages, t, f, choose, chooseTheme, onKeys]);
}
