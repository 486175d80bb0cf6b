import type { Machine } from '../../shared/contract/machine.ts';
import { useConnectionState } from '../connection/connection-state.ts';
import { useHostConnection } from '../connection/use-host.ts';
import { useSelectedId } from '../state/navigate.ts';
import { useMachine } from '../state/stores.ts';
import { type Action, type ActionContext, actionById, runAction, whyNot } from './actions.ts';

/** The context for the chosen machine, or for `machine`; renders again when it changes. */
export function useActionContext(machine?: Machine): ActionContext {
  const host = useHostConnection();
  const selected = useMachine(useSelectedId());
  const connected = useConnectionState((state) => state.status === 'connected');
  const access = useConnectionState((state) => state.server?.access ?? 'read');
  return { host, machine: machine ?? selected, access, connected };
}

export interface UsedAction {
  readonly action: Action;
  readonly label: string;
  /** Why it cannot be done now. */
  readonly whyNot: string | undefined;
  readonly run: () => void;
}

/** One action for a button or link of a page. */
export function useAction(id: string, machine?: Machine): UsedAction {
  const context = useActionContext(machine);
  const action = actionById(id);
  return {
    action,
    label: action.label(context),
    whyNot: whyNot(action, context),
    run: () => runAction(id, context),
  };
}
