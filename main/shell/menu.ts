/** The application menu, as a function of what is selected. What its items do, the window does: it knows the same actions. */
import type { MenuItemConstructorOptions } from 'electron';

export interface MenuParts {
  readonly platform: NodeJS.Platform;
  readonly productName: string;
  /** Has the window carry out an action of its registry. */
  readonly run: (action: string) => void;
  readonly quit: () => void;
  readonly openWindow: () => void;
}

type Item = MenuItemConstructorOptions;

const separator: Item = { type: 'separator' };

export function menuOf({ platform, productName, run, quit, openWindow }: MenuParts): Item[] {
  const mac = platform === 'darwin';
  /** The window has the shortcut itself, since a console must be able to keep keys from it: here it is only shown. */
  const action = (label: string, id: string, accelerator?: string): Item => ({
    label,
    click: () => run(id),
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
  });
  const preferences = action(mac ? 'Settings…' : 'Preferences', 'preferences.open', 'CmdOrCtrl+,');
  const quitItem: Item = { label: `Quit ${productName}`, click: quit, accelerator: mac ? 'Cmd+Q' : 'Ctrl+Q' };
  const appMenu: Item = {
    label: productName,
    submenu: [
      { role: 'about' },
      separator,
      preferences,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      quitItem,
    ],
  };
  return [
    ...(mac ? [appMenu] : []),
    {
      label: '&File',
      submenu: [
        action('New Machine…', 'machine.new', 'CmdOrCtrl+N'),
        separator,
        ...(mac ? [] : [preferences, separator]),
        { label: 'Show Window', click: openWindow },
        { role: 'close', registerAccelerator: false },
        ...(mac ? [] : [quitItem]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        // With a console in focus these keys are the guest's
        { role: 'undo', registerAccelerator: false },
        { role: 'redo', registerAccelerator: false },
        separator,
        { role: 'cut', registerAccelerator: mac },
        { role: 'copy', registerAccelerator: mac },
        { role: 'paste', registerAccelerator: mac },
        { role: 'selectAll', registerAccelerator: mac },
      ],
    },
    {
      label: '&Machine',
      submenu: [
        action('Start', 'machine.start'),
        action('Pause', 'machine.pause'),
        action('Resume', 'machine.resume'),
        action('Reset', 'machine.reset'),
        separator,
        action('Shut Down', 'machine.shutDown'),
        action('Power Off…', 'machine.powerOff'),
        separator,
        action('Settings…', 'machine.settings'),
        action('Clone…', 'machine.clone'),
        action('Delete', 'machine.delete'),
      ],
    },
    {
      label: '&View',
      submenu: [
        action('Commands…', 'palette.open', 'CmdOrCtrl+K'),
        separator,
        { role: 'resetZoom', registerAccelerator: false },
        { role: 'zoomIn', registerAccelerator: false },
        { role: 'zoomOut', registerAccelerator: false },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [action('Keyboard Shortcuts', 'help.shortcuts')] },
  ];
}
