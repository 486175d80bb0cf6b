/** What can be done with a machine. Whether the host agrees is its business; reasons that can be known are said beforehand. */
import {
  ArrowDown,
  ArrowUp,
  Copy,
  FolderInput,
  FolderOpen,
  Info,
  List,
  MonitorPlay,
  Pause,
  Pencil,
  Play,
  Power,
  PowerOff,
  RotateCw,
  Settings2,
  SquareTerminal,
  Trash2,
  Undo2,
} from 'lucide-react';
import type { Machine, MachineState } from '../../shared/contract/machine.ts';
import type { Action, ActionContext } from '../actions/actions.ts';
import { i18n } from '../i18n/i18n.ts';
import { openDialog } from '../state/dialogs.ts';
import { type MachineTab, showConsole, showMachine } from '../state/navigate.ts';
import { useHostState } from '../state/stores.ts';
import { arrange } from './arrange.ts';
import { removeMachine } from './remove.ts';
import { moved } from './tree/order.ts';
import { startRenaming } from './tree/renaming.ts';

const t = i18n.t;

function machineOf({ machine }: ActionContext): Machine {
  if (!machine) throw new Error('An action for a machine was run without one');
  return machine;
}

/** Up, and so with a console to talk to. */
export function isUp(state: MachineState): boolean {
  return state === 'running' || state === 'paused' || state === 'starting' || state === 'stopping';
}

/** `state: reason` for those in which it cannot be done. */
function unless(...states: readonly MachineState[]): (context: ActionContext) => string | undefined {
  return (context) => {
    const { state } = machineOf(context);
    return states.includes(state) ? undefined : t(`machines:why.${state}`);
  };
}

async function start({ host, machine }: ActionContext): Promise<void> {
  if (machine) await host.call('machine.start', { id: machine.id });
}

function neighbour(context: ActionContext, step: -1 | 1): string | undefined {
  const machine = machineOf(context);
  const machines = useHostState.getState().machines ?? [];
  return moved(machines, machine.id, step) ? undefined : t(step === -1 ? 'machines:why.first' : 'machines:why.last');
}

async function move(context: ActionContext, step: -1 | 1): Promise<void> {
  const order = moved(useHostState.getState().machines ?? [], machineOf(context).id, step);
  if (order) await arrange(context.host, order);
}

function tab(id: MachineTab, key: string, icon: Action['icon']): Action {
  return {
    id: `view.${id}`,
    label: () => t(`machines:action.${id}`),
    ...(icon ? { icon } : {}),
    shortcut: `mod+${key}`,
    browserShortcut: `alt+${key}`,
    scope: 'machine',
    group: 'view',
    writes: false,
    hidden: ({ machine }) => !machine,
    run: (context) => showMachine(machineOf(context).id, id),
  };
}

export const machineActions: readonly Action[] = [
  {
    id: 'machine.start',
    label: () => t('machines:action.start'),
    menuLabel: () => t('machines:action.startAndShow'),
    icon: Play,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: unless('powered-off', 'aborted'),
    hidden: ({ machine }) => machine !== undefined && isUp(machine.state),
    run: async (context) => {
      showConsole(machineOf(context).id);
      await start(context);
    },
  },
  {
    id: 'machine.startInBackground',
    label: () => t('machines:action.startInBackground'),
    icon: MonitorPlay,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: unless('powered-off', 'aborted'),
    hidden: ({ machine }) => machine !== undefined && isUp(machine.state),
    run: start,
  },
  {
    id: 'machine.show',
    label: () => t('machines:action.show'),
    icon: SquareTerminal,
    scope: 'machine',
    group: 'run',
    writes: false,
    whyNot: unless('running', 'paused', 'starting', 'stopping'),
    hidden: ({ machine }) => machine !== undefined && !isUp(machine.state),
    run: (context) => showConsole(machineOf(context).id),
  },
  {
    id: 'machine.pause',
    label: () => t('machines:action.pause'),
    icon: Pause,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: unless('running'),
    hidden: ({ machine }) => machine?.state === 'paused',
    run: async (context) => void (await context.host.call('machine.pause', { id: machineOf(context).id })),
  },
  {
    id: 'machine.resume',
    label: () => t('machines:action.resume'),
    icon: Play,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: unless('paused'),
    hidden: ({ machine }) => machine?.state !== 'paused',
    run: async (context) => void (await context.host.call('machine.resume', { id: machineOf(context).id })),
  },
  {
    id: 'machine.reset',
    label: () => t('machines:action.reset'),
    icon: RotateCw,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: unless('running', 'paused'),
    run: (context) => openDialog({ kind: 'power', machine: machineOf(context).id, how: 'reset' }),
  },
  {
    id: 'machine.shutDown',
    label: () => t('machines:action.shutDown'),
    icon: Power,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: unless('running'),
    run: async (context) => void (await context.host.call('machine.shutDown', { id: machineOf(context).id })),
  },
  {
    id: 'machine.powerOff',
    label: () => t('machines:action.powerOff'),
    icon: PowerOff,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: unless('running', 'paused', 'starting', 'stopping'),
    run: (context) => openDialog({ kind: 'power', machine: machineOf(context).id, how: 'power-off' }),
  },
  {
    id: 'machine.discard',
    label: () => t('machines:action.discard'),
    icon: Undo2,
    scope: 'machine',
    group: 'run',
    writes: true,
    whyNot: ({ machine }) => (machine?.state === 'aborted' ? undefined : t('machines:why.nothingToDiscard')),
    run: async (context) => void (await context.host.call('machine.discard', { id: machineOf(context).id })),
  },
  tab('details', '1', Info),
  tab('consoles', '2', SquareTerminal),
  tab('log', '3', List),
  {
    id: 'machine.settings',
    label: () => t('machines:action.settings'),
    icon: Settings2,
    shortcut: 'mod+s',
    scope: 'machine',
    group: 'edit',
    writes: true,
    run: (context) => openDialog({ kind: 'settings', machine: machineOf(context).id }),
  },
  {
    id: 'machine.rename',
    label: () => t('machines:action.rename'),
    icon: Pencil,
    shortcut: 'F2',
    scope: 'machine',
    group: 'edit',
    writes: true,
    run: (context) => startRenaming(machineOf(context).id),
  },
  {
    id: 'machine.clone',
    label: () => t('machines:action.clone'),
    icon: Copy,
    scope: 'machine',
    group: 'edit',
    writes: true,
    run: (context) => openDialog({ kind: 'clone', machine: machineOf(context).id }),
  },
  {
    id: 'machine.moveUp',
    label: () => t('machines:action.moveUp'),
    icon: ArrowUp,
    shortcut: 'alt+ArrowUp',
    scope: 'machine',
    group: 'arrange',
    writes: true,
    whyNot: (context) => neighbour(context, -1),
    run: (context) => move(context, -1),
  },
  {
    id: 'machine.moveDown',
    label: () => t('machines:action.moveDown'),
    icon: ArrowDown,
    shortcut: 'alt+ArrowDown',
    scope: 'machine',
    group: 'arrange',
    writes: true,
    whyNot: (context) => neighbour(context, 1),
    run: (context) => move(context, 1),
  },
  {
    id: 'machine.group',
    label: () => t('machines:action.group'),
    icon: FolderInput,
    scope: 'machine',
    group: 'arrange',
    writes: true,
    run: (context) => openDialog({ kind: 'group', machine: machineOf(context).id }),
  },
  {
    id: 'machine.openFolder',
    label: () => t('machines:action.openFolder'),
    icon: FolderOpen,
    scope: 'machine',
    group: 'arrange',
    writes: false,
    // A browser may show a host that runs on another computer.
    hidden: () => globalThis.window?.innkeeper?.showItem === undefined,
    run: async (context) => window.innkeeper?.showItem?.(machineOf(context).folder),
  },
  {
    id: 'machine.delete',
    label: () => t('machines:action.delete'),
    icon: Trash2,
    scope: 'machine',
    group: 'delete',
    writes: true,
    whyNot: ({ machine }) => (machine && isUp(machine.state) ? t('machines:removed.up') : undefined),
    run: (context) => removeMachine(context.host, machineOf(context).id),
  },
];
