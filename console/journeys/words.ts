// Words as readers see them: journeys find elements by their names in the catalogs, so that one script serves both languages
// and a missing word fails.
import type { Catalog, Sentences } from '../src/i18n/catalog';
import { formatOf, type Language } from '../src/i18n/format';
import { fill, type Value } from '../src/i18n/message';

export function say<Source extends Sentences>(
  language: Language,
  catalog: Catalog<Source>,
  key: keyof Source,
  values: Readonly<Record<string, Value>> = {},
): string {
  return fill(catalog[language][key], values, formatOf(language, 'Asia/Tokyo'));
}
