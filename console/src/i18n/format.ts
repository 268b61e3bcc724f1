// Every number, date and list on screen goes through here; nothing else uses `Intl` (ESLint holds that).
import type { Words } from './message';

export type Language = 'en' | 'ja';

export const LANGUAGES: readonly Language[] = ['en', 'ja'];

const LOCALES: Record<Language, string> = { en: 'en-US', ja: 'ja-JP' };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Format extends Words {
  language: Language;
  /** `1.2M`, `123万`. */
  compact: (value: number) => string;
  /** A share of 1: `87%`. */
  percent: (share: number) => string;
  /** A score with one decimal: `7.5`. */
  score: (value: number) => string;
  /** `48.2 MiB`. */
  bytes: (value: number) => string;
  /** `2 min 10 s`, `2分10秒`. */
  duration: (milliseconds: number) => string;
  /** `Nov 22, 2026, 16:03:05`, `2026/11/22 16:03:05`, in the reader's time zone. */
  dateTime: (moment: string) => string;
  date: (moment: string) => string;
  /** In UTC, for what is shown on hover. */
  utc: (moment: string) => string;
  /** `3 minutes ago`; the date where it is a week or longer. */
  relative: (moment: string, now: number) => string;
  list: (items: readonly string[]) => string;
  /** The name of the time zone with its offset: `JST +09:00`. */
  zone: () => string;
  compare: (left: string, right: string) => number;
}

/** The formatter of a language; `timeZone` for tests, the reader's own where it is absent. */
export function formatOf(language: Language, timeZone?: string): Format {
  const locale = LOCALES[language];
  const number = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const score = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const binary = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const plural = new Intl.PluralRules(locale);
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const collator = new Intl.Collator(locale, { numeric: true });
  const dayParts = { year: 'numeric', month: language === 'ja' ? '2-digit' : 'short', day: language === 'ja' ? '2-digit' : 'numeric' } as const;
  const dateTime = new Intl.DateTimeFormat(locale, { ...dayParts, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone });
  const date = new Intl.DateTimeFormat(locale, { ...dayParts, timeZone });
  const zone = new Intl.DateTimeFormat('en-US', { timeZoneName: 'longOffset', timeZone });
  const shortZone = new Intl.DateTimeFormat(locale, { timeZoneName: 'short', timeZone });
  const zonePart = (format: Intl.DateTimeFormat) =>
    format.formatToParts(0).find((part) => part.type === 'timeZoneName')?.value ?? '';
  return {
    language,
    number: (value) => number.format(value),
    plural: (value) => plural.select(value),
    compact: (value) => compact.format(value),
    percent: (share) => percent.format(share),
    score: (value) => score.format(value),
    bytes: (value) => bytes(value, binary),
    duration: (milliseconds) => duration(milliseconds, language, number),
    dateTime: (moment) => formatted(moment, dateTime),
    date: (moment) => formatted(moment, date),
    utc: (moment) => moment.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC'),
    relative: (moment, now) => told(ago(Date.parse(moment), now, relative), language) ?? formatted(moment, date),
    list: (items) => list.format(items),
    zone: () => {
      const offset = zonePart(zone).replace('GMT', '') || '+00:00';
      const short = zonePart(shortZone);
      return short.startsWith('GMT') ? `UTC${offset}` : `${short} ${offset}`;
    },
    compare: (left, right) => collator.compare(left, right),
  };
}

/** The names of all time zones: `Asia/Tokyo`. */
export function zones(): readonly string[] {
  const known = Intl.supportedValuesOf('timeZone');
  return known.includes('UTC') ? known : ['UTC', ...known];
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function formatted(moment: string, format: Intl.DateTimeFormat): string {
  const time = Date.parse(moment);
  return Number.isNaN(time) ? moment : format.format(time);
}

function bytes(value: number, number: Intl.NumberFormat): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${number.format(size)} ${units[unit] ?? ''}`;
}

const DURATION_UNITS = {
  en: { d: ' d', h: ' h', min: ' min', s: ' s', gap: ' ' },
  ja: { d: '日', h: '時間', min: '分', s: '秒', gap: '' },
};

/** The two greatest units that a duration has. */
function duration(milliseconds: number, language: Language, number: Intl.NumberFormat): string {
  const units = DURATION_UNITS[language];
  if (milliseconds < SECOND) return `${number.format(Math.round(milliseconds))} ms`;
  const whole = Math.round(milliseconds / SECOND) * SECOND;
  const parts: [number, string][] = [
    [Math.floor(whole / DAY), units.d],
    [Math.floor((whole % DAY) / HOUR), units.h],
    [Math.floor((whole % HOUR) / MINUTE), units.min],
    [Math.floor((whole % MINUTE) / SECOND), units.s],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => number.format(count) + unit)
    .join(units.gap);
}

/**
 * A distance in time as one says it. Japanese has no space between a number and its unit, and 「今」 alone tells of the present, not
 * of what has just happened.
 */
function told(text: string | null, language: Language): string | null {
  if (language !== 'ja' || text === null) return text;
  return text === '今' ? 'たった今' : text.replaceAll(' ', '');
}

function ago(time: number, now: number, relative: Intl.RelativeTimeFormat): string | null {
  const distance = time - now;
  const size = Math.abs(distance);
  if (Number.isNaN(size) || size >= 7 * DAY) return null;
  if (size >= DAY) return relative.format(Math.trunc(distance / DAY), 'day');
  if (size >= HOUR) return relative.format(Math.trunc(distance / HOUR), 'hour');
  if (size >= MINUTE) return relative.format(Math.trunc(distance / MINUTE), 'minute');
  return relative.format(Math.trunc(distance / SECOND), 'second');
}
