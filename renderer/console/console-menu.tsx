/** What can be done with a console, as items of a menu. */
import {
  ClipboardPaste,
  Copy,
  Eraser,
  FileDown,
  type LucideIcon,
  Search,
  Settings,
  TextSelect,
  ZoomIn,
  ZoomOut,
} from 'lucide-react';
import { InnError } from '../../shared/base/errors.ts';
import type { Machine } from '../../shared/contract/machine.ts';
import { useHost } from '../connection/use-host.ts';
import { useText } from '../i18n/i18n.ts';
import { saveFile } from '../machines/save-file.ts';
import { openDialog } from '../state/dialogs.ts';
import { reporting } from '../state/toasts.ts';
import { MenuItem, MenuSeparator } from '../ui/index.ts';
import { isMac, keysOf } from '../ui/keys.ts';
import { logName, rawLog } from './save-log.ts';
import type { ConsoleTerminal } from './terminal.ts';
import type { Pane } from './use-pane.ts';

export interface ConsoleItemsProps {
  readonly machine: Machine;
  readonly terminal: ConsoleTerminal;
  readonly pane: Pane;
}

export function ConsoleItems({ machine, terminal, pane }: ConsoleItemsProps) {
  const t = useText('console');
  const app = useText('app');
  const { connection: host, mayWrite, access } = useHost();
  const selected = terminal.selection !== '';
  const noWrites = mayWrite ? undefined : access === 'read' ? app('why.viewOnly') : app('why.notConnected');
  const noPaste = noWrites ?? (machine.active === null ? t('why.off') : undefined);

  const paste = async () => {
    let text: string;
    try {
      text = await navigator.clipboard.readText();
    } catch (cause) {
      throw new InnError(t('why.clipboard'), {
        code: 'clipboard-refused',
        nextStep: t('why.clipboardNext', { keys: keysOf('mod+shift+v', isMac(navigator.platform)).join('+') }),
        cause,
      });
    }
    pane.paste(text);
  };
  const saveRaw = async () => {
    const bytes = await rawLog(host, terminal.at);
    saveFile(logName(machine.settings.name, terminal.at.console, 'log'), bytes, 'application/octet-stream');
  };
  const saveText = () => saveFile(logName(machine.settings.name, terminal.at.console, 'txt'), terminal.text());

  const item = (id: string, label: string, icon: LucideIcon, onAction: () => void, more: ItemMore = {}) => (
    <MenuItem key={id} id={id} label={label} icon={icon} onAction={onAction} {...more} />
  );
  return [
    item('copy', t('action.copy'), Copy, () => pane.command('copy'), {
      shortcut: 'mod+shift+c',
      whyNot: selected ? undefined : t('why.noSelection'),
    }),
    item('paste', t('action.paste'), ClipboardPaste, () => reporting(paste), {
      shortcut: 'mod+shift+v',
      whyNot: noPaste,
    }),
    item('select-all', t('action.selectAll'), TextSelect, () => terminal.selectAll()),
    <MenuSeparator key="after selection" />,
    item('search', t('action.search'), Search, () => pane.command('search'), { shortcut: 'mod+shift+f' }),
    item('save-text', t('action.saveText'), FileDown, () => reporting(saveText)),
    item('save-raw', t('action.saveRaw'), FileDown, () => reporting(saveRaw)),
    item('clear', t('action.clear'), Eraser, () => pane.ask({ kind: 'clear' }), { whyNot: noWrites }),
    <MenuSeparator key="after text" />,
    item('larger', t('action.larger'), ZoomIn, () => pane.command('larger'), { shortcut: 'mod+shift++' }),
    item('smaller', t('action.smaller'), ZoomOut, () => pane.command('smaller'), { shortcut: 'mod+shift+-' }),
    item('preferences', t('action.preferences'), Settings, () =>
      openDialog({ kind: 'preferences', section: 'console' }),
    ),
  ];
}

interface ItemMore {
  readonly shortcut?: string;
  readonly whyNot?: string | undefined;
}
