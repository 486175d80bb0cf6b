/** The terminals of a page: made when a console is first shown, kept while another is in front, gone with the page. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { formatBytes } from '../../shared/base/units.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import type { Preferences } from '../../shared/contract/preferences.ts';
import { useHost } from '../connection/use-host.ts';
import { momentText } from '../i18n/format.ts';
import { i18n } from '../i18n/i18n.ts';
import { usePreferences } from '../state/stores.ts';
import { reportError } from '../state/toasts.ts';
import { isMac } from '../ui/keys.ts';
import { ConsoleTerminal, type TerminalHooks } from './terminal.ts';

/** What a shown terminal asks its pane for; one that is not shown asks for nothing. */
export type PaneHooks = Pick<TerminalHooks, 'onPaste' | 'onLink' | 'onCommand' | 'onBell'>;

export interface Terminals {
  /** In effects only. */
  open(console: string): ConsoleTerminal;
  /** Those that were made. */
  readonly opened: StoreApi<ReadonlyMap<string, ConsoleTerminal>>;
  /** Forgets one: its console has a window of its own. */
  close(console: string): void;
  /** The pane that shows it, or null. */
  showIn(console: string, pane: PaneHooks | null): void;
}

export function useTerminals(machine: Machine, preferences: Preferences['console']): Terminals {
  const { connection: host, mayWrite } = useHost();
  const [opened] = useState(() => createStore<ReadonlyMap<string, ConsoleTerminal>>(() => new Map()));
  const panes = useRef(new Map<string, PaneHooks>());
  const latest = useRef({ machine, preferences, mayWrite });
  latest.current = { machine, preferences, mayWrite };

  useEffect(() => {
    for (const terminal of opened.getState().values()) terminal.setPreferences(preferences);
  }, [opened, preferences]);
  const up = isUp(machine);
  useEffect(() => {
    for (const terminal of opened.getState().values()) terminal.setAccess({ mayWrite, up });
  }, [opened, mayWrite, up]);
  useEffect(() => {
    return () => {
      for (const terminal of opened.getState().values()) terminal.dispose();
      opened.setState(new Map(), true);
    };
  }, [opened]);

  return useMemo<Terminals>(
    () => ({
      opened,
      open(console) {
        const known = opened.getState().get(console);
        if (known) return known;
        const now = latest.current;
        const pane = () => panes.current.get(console);
        const terminal = new ConsoleTerminal(
          host,
          { id: now.machine.id, console },
          {
            preferences: now.preferences,
            mac: isMac(navigator.platform),
            label: i18n.t('console:label', { id: console, name: now.machine.settings.name }),
            hooks: {
              onPaste: (text) => pane()?.onPaste(text),
              onLink: (address) => pane()?.onLink(address),
              onCommand: (command) => pane()?.onCommand(command),
              onBell: () => pane()?.onBell(),
              onError: reportError,
              skippedText: (bytes) => i18n.t('console:note.skipped', { size: formatBytes(bytes) }),
              restartedText: (live) =>
                live
                  ? i18n.t('console:note.restarted', { time: momentText(Date.now()) })
                  : i18n.t('console:note.restartedBefore'),
            },
          },
        );
        terminal.setAccess({ mayWrite: now.mayWrite, up: isUp(now.machine) });
        opened.setState(new Map(opened.getState()).set(console, terminal), true);
        return terminal;
      },
      close(console) {
        const rest = new Map(opened.getState());
        rest.get(console)?.dispose();
        if (rest.delete(console)) opened.setState(rest, true);
      },
      showIn(console, pane) {
        if (pane) panes.current.set(console, pane);
        else panes.current.delete(console);
      },
    }),
    [host, opened],
  );
}

/** Whether there is a guest that could read what is typed. */
function isUp({ active }: Machine): boolean {
  return active !== null;
}

/** Null until the host has said. */
export function useConsolePreferences(): Preferences['console'] | null {
  return usePreferences()?.console ?? null;
}
