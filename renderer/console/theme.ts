/** Colours of a terminal, from the tokens: `--term-*` as they hold at an element. */
import type { ISearchOptions } from '@xterm/addon-search';
import type { ITheme } from '@xterm/xterm';
import type { Preferences } from '../../shared/contract/preferences.ts';

export type Ground = 'dark' | 'light';

/** Which palette a terminal has: dark unless the preference says otherwise, for guests' colours assume it. */
export function groundOf(preferred: Preferences['console']['theme'], windowIs: string | undefined): Ground {
  if (preferred !== 'follow') return preferred;
  return windowIs === 'dark' ? 'dark' : 'light';
}

const NAMES = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;

function bright(name: (typeof NAMES)[number]): `bright${Capitalize<(typeof NAMES)[number]>}` {
  return `bright${name.charAt(0).toUpperCase()}${name.slice(1)}` as ReturnType<typeof bright>;
}

export function themeFrom(style: CSSStyleDeclaration): ITheme {
  const token = (name: string) => style.getPropertyValue(`--term-${name}`).trim();
  const theme: ITheme = {
    foreground: token('text'),
    background: token('bg'),
    cursor: token('cursor'),
    cursorAccent: token('bg'),
    selectionBackground: token('select'),
    black: token('black'),
    brightBlack: token('dim'),
    scrollbarSliderBackground: token('thumb'),
    scrollbarSliderHoverBackground: token('thumb-hover'),
    scrollbarSliderActiveBackground: token('thumb-hover'),
    overviewRulerBorder: token('bg'),
  };
  for (const name of NAMES) {
    theme[name] = token(name);
    theme[bright(name)] = token(`bright-${name}`);
  }
  return theme;
}

/** How matches of a search are marked. */
export function matchColours(style: CSSStyleDeclaration): NonNullable<ISearchOptions['decorations']> {
  const token = (name: string) => style.getPropertyValue(`--term-${name}`).trim();
  return {
    matchBackground: token('match'),
    matchOverviewRuler: token('match-now'),
    activeMatchBackground: token('match-now'),
    activeMatchColorOverviewRuler: token('match-now'),
  };
}

/** xterm.js measures in a canvas, which knows no custom properties. */
export function fontFrom(style: CSSStyleDeclaration): string {
  return style.getPropertyValue('--mono').trim() || 'monospace';
}
