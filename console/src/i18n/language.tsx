// The language of the reader, and the words in it.
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Catalog, Names, Sentences } from './catalog';
import { LANGUAGES, formatOf, isZone, type Format, type Language } from './format';
import { fill, fillParts, type Value } from './message';
import { forgetPreference, preference, savePreference } from '../frame/preferences';

interface Reader {
  language: Language;
  format: Format;
  choose: (language: Language) => void;
  /** The time zone that was chosen; `null` for the one of the system. */
  zone: string | null;
  chooseZone: (zone: string | null) => void;
}

const ReaderContext = createContext<Reader | null>(null);

export function LanguageProvider({ initial, children }: { initial?: Language; children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => initial ?? preferredLanguage());
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = useCallback((chosen: Language) => {
    savePreference('language', chosen);
    setLanguage(chosen);
  }, []);
  const [zone, setZone] = useState<string | null>(keptZone);
  const chooseZone = useCallback((chosen: string | null) => {
    if (chosen === null) forgetPreference('zone');
    else savePreference('zone', chosen);
    setZone(chosen);
  }, []);
  const reader = useMemo(
    () => ({ language, format: formatOf(language, zone ?? undefined), choose, zone, chooseZone }),
    [language, choose, zone, chooseZone],
  );
  return <ReaderContext value={reader}>{children}</ReaderContext>;
}

export function useReader(): Reader {
  const reader = use(ReaderContext);
  if (!reader) throw new Error('no LanguageProvider around this component');
  return reader;
}

export function useFormat(): Format {
  return useReader().format;
}

type ValuesOf<Text extends string, Kind> = [Names<Text>] extends [never]
  ? []
  : [values: Readonly<Record<Names<Text>, Kind>>];

export interface Tell<Source extends Sentences> {
  <Key extends keyof Source>(key: Key, ...values: ValuesOf<Source[Key], Value>): string;
  /** As the plain call, with elements as values. */
  rich: <Key extends keyof Source>(key: Key, ...values: ValuesOf<Source[Key], ReactNode>) => ReactNode;
}

/** The sentences of a catalog in the reader's language. */
export function useMessages<Source extends Sentences>(catalog: Catalog<Source>): Tell<Source> {
  const { language, format } = useReader();
  return useMemo(() => tellerOf(catalog, language, format), [catalog, language, format]);
}

/** As `useMessages`, outside of components. */
export function tellerOf<Source extends Sentences>(
  catalog: Catalog<Source>,
  language: Language,
  format: Format,
): Tell<Source> {
  const sentences = catalog[language];
  const tell = (key: keyof Source, values: Readonly<Record<string, Value>> = {}) => fill(sentences[key], values, format);
  const rich = (key: keyof Source, values: Readonly<Record<string, ReactNode>> = {}) => {
    const parts = fillParts<ReactNode>(sentences[key], values, format);
    // The parts of a sentence never change their order.
    return parts.map((part, at) => <span key={at}>{part}</span>);
  };
  return Object.assign(tell, { rich }) as Tell<Source>;
}

function preferredLanguage(): Language {
  const kept = preference('language');
  const wanted = [...(kept ? [kept] : []), ...navigator.languages];
  for (const tag of wanted) {
    const language = LANGUAGES.find((known) => tag === known || tag.startsWith(`${known}-`));
    if (language) return language;
  }
  return 'en';
}

/** A zone that this browser does not know any more counts as none. */
function keptZone(): string | null {
  const kept = preference('zone');
  return kept !== null && isZone(kept) ? kept : null;
}
