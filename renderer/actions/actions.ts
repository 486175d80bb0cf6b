/**
 * The one registry of commands: toolbar, context menus, palette and shortcuts are all derived from it. Add one with
 * `registerActions`, and it can be reached everywhere.
 */
import type { LucideIcon } from 'lucide-react';
import type { Machine } from '../../shared/contract/machine.ts';
import type { Access } from '../../shared/contract/method.ts';
import { useConnectionState } from '../connection/connection-state.ts';
import type { Door, Host } from '../connection/host.ts';
import { i18n } from '../i18n/i18n.ts';
import { selectedId } from '../state/navigate.ts';
import { machineById } from '../state/stores.ts';
import { reportError } from '../state/toasts.ts';

export interface ActionContext {
  readonly host: Host;
  /** The machine that the action is for: the chosen one, or the one whose menu is open. */
  readonly machine: Machine | undefined;
  readonly access: Access;
  readonly connected: boolean;
}

export interface Action {
  /** `noun.verb`, such as `machine.start`. */
  readonly id: string;
  readonly label: (context: ActionContext) => string;
  /** In the menu beside its own button, where the plain word would not tell it from the others. */
  readonly menuLabel?: () => string;
  readonly icon?: LucideIcon;
  /** `mod` is Ctrl, or Cmd on a Mac: `mod+n`, `mod+,`, `F2`, `?`. */
  readonly shortcut?: string;
  /** Instead of `shortcut` in a browser, which keeps some keys (Ctrl+N, Ctrl+1) to itself. */
  readonly browserShortcut?: string;
  /** `machine`: needs one, and the context menu of a machine offers it. */
  readonly scope: 'window' | 'machine';
  /** Actions of one group stand together in menus. */
  readonly group?: string;
  /** Changes something: needs a connection, and one that may write. */
  readonly writes: boolean;
  /** Left out of menus and palette where it makes no sense at all. */
  readonly hidden?: (context: ActionContext) => boolean;
  /** Why it cannot be done now, as a sentence; undefined if it can. Access and connection are looked at before. */
  readonly whyNot?: (context: ActionContext) => string | undefined;
  readonly run: (context: ActionContext) => void | Promise<void>;
}

const registry = new Map<string, Action>();

/** At the start of the program, once. Throws for an id or shortcut that is taken. */
export function registerActions(actions: readonly Action[]): void {
  for (const action of actions) {
    if (registry.has(action.id)) throw new Error(`Two actions are called ${action.id}`);
    const twin = action.shortcut && [...registry.values()].find(({ shortcut }) => shortcut === action.shortcut);
    if (twin) throw new Error(`${twin.id} and ${action.id} have the same shortcut: ${action.shortcut}`);
    registry.set(action.id, action);
  }
}

export function allActions(): readonly Action[] {
  return [...registry.values()];
}

export function actionById(id: string): Action {
  const action = registry.get(id);
  if (!action) throw new Error(`No action is called ${id}`);
  return action;
}

/** The keys that run it through this door. */
export function shortcutOf(action: Action, door: Door): string | undefined {
  return (door === 'serve' ? action.browserShortcut : undefined) ?? action.shortcut;
}

/** Why nothing can be changed through this window now; undefined if it can. */
export function whyNoWrites({ connected, access }: ActionContext): string | undefined {
  if (!connected) return i18n.t('app:why.notConnected');
  return access === 'read' ? i18n.t('app:why.viewOnly') : undefined;
}

/** Why `action` cannot be run in `context`, as a sentence; undefined if it can. */
export function whyNot(action: Action, context: ActionContext): string | undefined {
  const general = action.writes ? whyNoWrites(context) : undefined;
  if (general !== undefined) return general;
  if (action.scope === 'machine' && !context.machine) return i18n.t('app:why.noMachine');
  return action.whyNot?.(context);
}

/** The context right now; for `machine`, or else for the chosen machine. */
export function contextNow(host: Host, machine: Machine | undefined = machineById(selectedId())): ActionContext {
  const { status, server } = useConnectionState.getState();
  return { host, machine, access: server?.access ?? 'read', connected: status === 'connected' };
}

/** Runs it unless something is against it, and reports what goes wrong. True if it was run. */
export function runAction(id: string, context: ActionContext): boolean {
  const action = actionById(id);
  if (whyNot(action, context) !== undefined) return false;
  void (async () => action.run(context))().catch(reportError);
  return true;
}
