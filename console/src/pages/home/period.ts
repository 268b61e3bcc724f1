// How far back the first page looks.
const HOUR_MS = 60 * 60 * 1000;

export const PERIODS = ['24h', '7d', '30d'] as const;

export type Period = (typeof PERIODS)[number];

const LENGTHS: Record<Period, number> = { '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS, '30d': 30 * 24 * HOUR_MS };

export function periodOf(word: string | undefined): Period {
  return PERIODS.find((period) => period === word) ?? '24h';
}

/** The beginning of a period that ends now, to the minute: whoever looks again within it asks the same. */
export function beginOf(period: Period, now: number): string {
  const begin = now - LENGTHS[period];
  return new Date(begin - (begin % 60_000)).toISOString();
}
