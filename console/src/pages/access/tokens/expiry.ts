// When a new token ends.

export const LIVES = ['30', '90', '365', 'date', 'never'] as const;

export type Life = (typeof LIVES)[number];

const DAY_MS = 86_400_000;

/** The moment at which a token ends; `null` for never. A date counts to the end of its day where the reader is. */
export function endOf(life: Life, date: string, now: number): string | null {
  if (life === 'never') return null;
  if (life !== 'date') return new Date(now + Number(life) * DAY_MS).toISOString();
  const end = new Date(`${date}T23:59:59`);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}

/** The blocks of a text: `192.0.2.0/24, 2001:db8::/32`. */
export function blocksOf(text: string): string[] {
  return text.split(/[\s,、]+/).filter((block) => block !== '');
}
