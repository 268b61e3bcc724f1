// What the browser keeps for the reader: nothing but how the console looks and reads.

const PREFIX = 'bulkhead.';

export type Preference = 'language' | 'theme' | 'density' | 'shortcuts' | 'zone' | `columns.${string}`;

export function preference(name: Preference): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    // Storage can be forbidden; then nothing is kept.
    return null;
  }
}

export function forgetPreference(name: Preference): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing is kept where storage is forbidden.
  }
}

export function savePreference(name: Preference, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // As above: the choice holds until the page is left.
  }
}
