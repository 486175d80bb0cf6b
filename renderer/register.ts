/** All parts of the window add their actions here, once, before anything is shown. */
import { registerActions } from './actions/actions.ts';
import { windowActions } from './app/window-actions.ts';
import { machineActions } from './machines/machine-actions.ts';

export function registerAll(): void {
  registerActions(windowActions);
  registerActions(machineActions);
}
