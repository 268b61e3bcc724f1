import type { ReactNode } from 'react';
import { LANGUAGES } from '../i18n/format';
import { useReader } from '../i18n/language';
import { useTheme } from '../frame/theme';
import { useTitle } from '../frame/title';
import { Brand } from './icons';

const NAMES = { en: 'English', ja: '日本語' } as const;

/** A page for whoever is not signed in: a card, and the choice of the language. */
export function OutsidePage({ title, children }: { title: string; children: ReactNode }) {
  const { language, choose } = useReader();
  useTheme();
  useTitle(title);
  return (
    <main className="bh-outside" id="main">
      <div className="bh-outside-card">
        <Brand size={40} />
        <h1>{title}</h1>
        {children}
      </div>
      <div className="bh-actions">
        {LANGUAGES.map((one) => (
          <button key={one} type="button" className="bh-link-button" lang={one} aria-pressed={one === language} onClick={() => { choose(one); }}>
            {NAMES[one]}
          </button>
        ))}
      </div>
    </main>
  );
}
