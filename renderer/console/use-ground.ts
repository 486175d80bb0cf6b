import { useSyncExternalStore } from 'react';
import type { Preferences } from '../../shared/contract/preferences.ts';
import { type Ground, groundOf } from './theme.ts';

function subscribe(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

/** The palette of terminals, which may follow the window's theme. */
export function useGround(preferred: Preferences['console']['theme']): Ground {
  const theme = useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme);
  return groundOf(preferred, theme);
}
