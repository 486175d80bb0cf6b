/** Which preferences there are, by section. One that would do nothing behind this door is left out. */
import { FONT_SIZE, SCROLLBACK } from '../../shared/contract/limits.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import type { Door } from '../connection/host.ts';
import { i18n } from '../i18n/i18n.ts';
import { describeField } from '../machines/fields/describe.ts';
import type { PaneRow, PaneSection } from '../ui/panes.tsx';
import { newCores, newMemory, oneOf, onOff, whole } from './preference-rows.tsx';

type Section = 'appearance' | 'window' | 'console' | 'newMachine';

const t = i18n.t;

export function preferenceSections(preferences: Preferences, door: Door): PaneSection<Section>[] {
  const sections: readonly [Section, PaneRow[]][] = [
    ['appearance', appearance(preferences)],
    // A tab of a browser cannot ask before it is closed, nor hide; and the app is the one that notifies.
    ['window', door === 'app' ? appWindow(preferences) : []],
    ['console', consoles(preferences.console)],
    ['newMachine', newMachines(preferences.newMachine)],
  ];
  return sections.flatMap(([id, rows]) =>
    rows.length > 0 ? [{ id, label: t(`preferences:section.${id}`), rows }] : [],
  );
}

/** There is no choice of language as long as there is one. */
function appearance({ theme, reducedMotion }: Preferences): PaneRow[] {
  return [
    oneOf('theme', {
      value: theme,
      choices: (['system', 'light', 'dark'] as const).map((value) => {
        return { value, label: t(`preferences:theme.${value}`) };
      }),
      change: (value) => ({ theme: value }),
    }),
    oneOf('reducedMotion', {
      value: reducedMotion,
      choices: (['system', 'always'] as const).map((value) => {
        return { value, label: t(`preferences:reducedMotion.${value}`) };
      }),
      change: (value) => ({ reducedMotion: value }),
    }),
  ];
}

function appWindow({ onClose, notifications }: Preferences): PaneRow[] {
  return [
    oneOf('onClose', {
      value: onClose,
      choices: (['ask', 'keep-running', 'shut-down', 'power-off'] as const).map((value) => {
        return { value, label: t(`preferences:onClose.${value}`) };
      }),
      change: (value) => ({ onClose: value }),
    }),
    onOff('notifications', { value: notifications, change: (value) => ({ notifications: value }) }),
  ];
}

function consoles(preferred: Preferences['console']): PaneRow[] {
  const set = (console: Partial<Preferences['console']>) => ({ console });
  return [
    whole('fontSize', {
      ...FONT_SIZE,
      value: preferred.fontSize,
      step: 1,
      unit: t('preferences:unit.px'),
      change: (fontSize) => set({ fontSize }),
    }),
    oneOf('consoleTheme', {
      value: preferred.theme,
      choices: (['dark', 'light', 'follow'] as const).map((value) => {
        return { value, label: t(`preferences:consoleTheme.${value}`) };
      }),
      change: (theme) => set({ theme }),
    }),
    whole('scrollback', {
      ...SCROLLBACK,
      value: preferred.scrollback,
      step: 1000,
      unit: t('preferences:unit.lines'),
      change: (scrollback) => set({ scrollback }),
    }),
    onOff('cursorBlink', { value: preferred.cursorBlink, change: (cursorBlink) => set({ cursorBlink }) }),
    oneOf('bell', {
      value: preferred.bell,
      choices: (['off', 'visual', 'sound'] as const).map((value) => {
        return { value, label: t(`preferences:bell.${value}`) };
      }),
      change: (bell) => set({ bell }),
    }),
    onOff('copyOnSelect', { value: preferred.copyOnSelect, change: (copyOnSelect) => set({ copyOnSelect }) }),
    onOff('warnOnMultiLinePaste', {
      value: preferred.warnOnMultiLinePaste,
      change: (warnOnMultiLinePaste) => set({ warnOnMultiLinePaste }),
    }),
    onOff('allowClipboard', {
      value: preferred.allowClipboard,
      change: (allowClipboard) => set({ allowClipboard }),
    }),
    onOff('screenReader', { value: preferred.screenReader, change: (screenReader) => set({ screenReader }) }),
    oneOf('renderer', {
      value: preferred.renderer,
      choices: (['auto', 'dom'] as const).map((value) => {
        return { value, label: t(`preferences:renderer.${value}`) };
      }),
      change: (renderer) => set({ renderer }),
    }),
  ];
}

function newMachines(preferred: Preferences['newMachine']): PaneRow[] {
  return [
    oneOf('kernel', {
      value: preferred.kernel,
      choices: (['stock', 'small'] as const).map((value) => {
        return { value, label: describeField('boot', { kind: 'linux', kernel: value }) };
      }),
      change: (kernel) => ({ newMachine: { kernel } }),
    }),
    newCores(preferred),
    newMemory(preferred),
  ];
}
