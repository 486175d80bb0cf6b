/** Carries out what the app's menus, its tray, its notifications and a file manager ask for. */
import type { ActionArgument, Bridge } from '../connection/bridge.ts';
import type { Host } from '../connection/host.ts';
import { chosen } from '../machines/files/chosen-file.ts';
import { openDialog } from '../state/dialogs.ts';
import { showMachine } from '../state/navigate.ts';
import { machineById } from '../state/stores.ts';
import { reportError } from '../state/toasts.ts';
import { contextNow, runAction } from './actions.ts';

export function obeyApp(bridge: Bridge, host: Host): void {
  bridge.onAction?.((id, { machine, file }: ActionArgument = {}) => {
    if (file !== undefined) newMachineFor(host, file).catch(reportError);
    else if (machine === undefined) runAction(id, contextNow(host));
    else {
      const found = machineById(machine);
      // Gone since
      if (!found) return;
      showMachine(machine);
      runAction(id, contextNow(host, found));
    }
  });
}

async function newMachineFor(host: Host, path: string): Promise<void> {
  const found = await host.call('file.inspect', { file: { path } });
  openDialog({ kind: 'new', firmware: chosen({ path }, found) });
}
