// Light, dark, or as the system is. `public/theme.js` does the same before the first paint.
import { useEffect, useSyncExternalStore } from 'react';
import { preference, savePreference } from './preferences';

export type Theme = 'system' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const DARK_CLASS = 'pf-v6-theme-dark';

let current: Theme | null = null;
const listeners = new Set<() => void>();

/** The theme, and how it is chosen: the same for whoever asks. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore(subscribe, chosenTheme);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      const isDark = theme === 'dark' || (theme === 'system' && system.matches);
      document.documentElement.classList.toggle(DARK_CLASS, isDark);
    };
    apply();
    system.addEventListener('change', apply);
    return () => {
      system.removeEventListener('change', apply);
    };
  }, [theme]);
  return [theme, chooseTheme];
}

function chooseTheme(chosen: Theme): void {
  savePreference('theme', chosen);
  current = chosen;
  for (const listener of listeners) listener();
}

function chosenTheme(): Theme {
  current ??= keptTheme();
  return current;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function keptTheme(): Theme {
  const kept = preference('theme');
  return THEMES.find((theme) => theme === kept) ?? 'system';
}
