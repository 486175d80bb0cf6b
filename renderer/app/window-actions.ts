/** What can be done in the window whatever is chosen. */
import { Eye, Keyboard, Moon, Plus, Search, Settings, SquarePlus, Sun, SunMoon, Trash2 } from 'lucide-react';
import type { Preferences } from '../../shared/contract/preferences.ts';
import type { Action } from '../actions/actions.ts';
import { i18n } from '../i18n/i18n.ts';
import { focusSearch } from '../machines/tree/search.ts';
import { openDialog } from '../state/dialogs.ts';
import { useHostState } from '../state/stores.ts';
import { openPalette } from './palette/palette-state.ts';
import { tryLinux } from './try-linux.ts';

const t = i18n.t;

function theme(value: Preferences['theme'], icon: NonNullable<Action['icon']>): Action {
  return {
    id: `theme.${value}`,
    label: () => t(`app:action.theme.${value}`),
    icon,
    scope: 'window',
    group: 'theme',
    writes: true,
    hidden: () => useHostState.getState().preferences?.theme === value,
    run: async ({ host }) => void (await host.call('preferences.set', { theme: value })),
  };
}

export const windowActions: readonly Action[] = [
  {
    id: 'machine.new',
    label: () => t('app:action.new'),
    icon: SquarePlus,
    shortcut: 'mod+n',
    browserShortcut: 'alt+n',
    scope: 'window',
    group: 'new',
    writes: true,
    run: () => openDialog({ kind: 'new' }),
  },
  {
    id: 'machine.try',
    label: () => t('app:action.try'),
    icon: Plus,
    scope: 'window',
    group: 'new',
    writes: true,
    run: ({ host }) => tryLinux(host),
  },
  {
    id: 'palette.open',
    label: () => t('app:action.palette'),
    icon: Search,
    shortcut: 'mod+k',
    scope: 'window',
    writes: false,
    // It would offer itself.
    hidden: () => true,
    run: openPalette,
  },
  {
    id: 'tree.search',
    label: () => t('app:action.search'),
    icon: Search,
    shortcut: '/',
    scope: 'window',
    group: 'window',
    writes: false,
    run: focusSearch,
  },
  {
    id: 'preferences.open',
    label: () => t('app:action.preferences'),
    icon: Settings,
    shortcut: 'mod+,',
    scope: 'window',
    group: 'window',
    writes: false,
    run: () => openDialog({ kind: 'preferences' }),
  },
  {
    id: 'trash.open',
    label: () => t('app:action.trash'),
    icon: Trash2,
    scope: 'window',
    group: 'window',
    writes: false,
    run: () => openDialog({ kind: 'trash' }),
  },
  {
    id: 'link.share',
    label: () => t('app:action.share'),
    icon: Eye,
    scope: 'window',
    group: 'window',
    writes: true,
    hidden: ({ host }) => host.door !== 'serve',
    run: () => openDialog({ kind: 'share' }),
  },
  {
    id: 'help.shortcuts',
    label: () => t('app:action.shortcuts'),
    icon: Keyboard,
    shortcut: '?',
    scope: 'window',
    group: 'window',
    writes: false,
    run: () => openDialog({ kind: 'shortcuts' }),
  },
  theme('system', SunMoon),
  theme('light', Sun),
  theme('dark', Moon),
];
