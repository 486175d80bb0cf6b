/** The menu of the tray: the guests that run, and the way back to the window. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Machine } from '../../shared/contract/machine.ts';

export interface TrayParts {
  readonly machines: readonly Pick<Machine, 'id' | 'state' | 'settings'>[];
  readonly openWindow: () => void;
  readonly openMachine: (id: string) => void;
  readonly shutDown: (id: string) => void;
  readonly quit: () => void;
}

const STATE_WORDS: Readonly<Partial<Record<Machine['state'], string>>> = {
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  stopping: 'stopping',
};
/** A menu that is longer than a screen helps nobody. */
const MOST = 20;

export function isLive(machine: Pick<Machine, 'state'>): boolean {
  return STATE_WORDS[machine.state] !== undefined;
}

export function trayMenuOf({
  machines,
  openWindow,
  openMachine,
  shutDown,
  quit,
}: TrayParts): MenuItemConstructorOptions[] {
  const live = machines.filter(isLive);
  const items = live.slice(0, MOST).map(
    ({ id, state, settings }): MenuItemConstructorOptions => ({
      label: `${settings.name} (${STATE_WORDS[state]})`,
      submenu: [
        { label: 'Show', click: () => openMachine(id) },
        { label: 'Shut Down', enabled: state === 'running', click: () => shutDown(id) },
      ],
    }),
  );
  const rest = live.length - items.length;
  return [
    { label: 'Open Innkeeper', click: openWindow },
    { type: 'separator' },
    ...(live.length === 0 ? [{ label: 'No machine is running', enabled: false }] : items),
    ...(rest > 0 ? [{ label: `and ${rest} more`, click: openWindow }] : []),
    { type: 'separator' },
    { label: 'Quit Innkeeper', click: quit },
  ];
}

export function trayTipOf(machines: readonly Pick<Machine, 'state'>[]): string {
  const running = machines.filter(isLive).length;
  if (running === 0) return 'Innkeeper: no machine is running';
  return `Innkeeper: ${running} ${running === 1 ? 'machine is' : 'machines are'} running`;
}
