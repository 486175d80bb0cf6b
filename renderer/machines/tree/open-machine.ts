import type { Machine } from '../../../shared/contract/machine.ts';
import { contextNow, runAction } from '../../actions/actions.ts';
import type { Host } from '../../connection/host.ts';
import { isUp } from '../machine-actions.ts';

/** What Enter and a double click on a row do. */
export function openMachine(host: Host, machine: Machine): void {
  runAction(isUp(machine.state) ? 'machine.show' : 'machine.start', contextNow(host, machine));
}
