// Light, dark, or as the system is. `public/theme.js` does the same before the first paint.
import { useEffect, useState } from 'react';
import { preference, savePreference } from './preferences';

export type Theme = 'system' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const DARK_CLASS = 'pf-v6-theme-dark';

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(keptTheme);
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
  const choose = (chosen: Theme) => {
    savePreference('theme', chosen);
    setTheme(chosen);
  };
  return [theme, choose];
}

function keptTheme(): Theme {
  const kept = preference('theme');
  return THEMES.find((theme) => theme === kept) ?? 'system';
}
