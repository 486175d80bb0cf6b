/** Theme, language and motion of the page, from the preferences and what the system asks for. */
import type { Preferences } from '../../shared/contract/preferences.ts';
import { useHostState } from '../state/stores.ts';

/** The last theme is kept here too, so that the page has it before the host has answered. */
const THEME_KEY = 'innkeeper.theme';

export function themeFor(preferred: Preferences['theme'], systemIsDark: boolean): 'light' | 'dark' {
  if (preferred !== 'system') return preferred;
  return systemIsDark ? 'dark' : 'light';
}

function kept(storage: Storage): Preferences['theme'] {
  const value = storage.getItem(THEME_KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function followAppearance(page: Document, view: Window): void {
  const dark = view.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const { preferences } = useHostState.getState();
    const theme = preferences?.theme ?? kept(view.localStorage);
    if (preferences) view.localStorage.setItem(THEME_KEY, theme);
    page.documentElement.dataset.theme = themeFor(theme, dark.matches);
    page.documentElement.lang = preferences?.language ?? 'en';
    page.documentElement.toggleAttribute('data-reduced-motion', preferences?.reducedMotion === 'always');
  };
  apply();
  dark.addEventListener('change', apply);
  useHostState.subscribe((now, before) => {
    if (now.preferences !== before.preferences) apply();
  });
}
