/** Arranges the tree: shown at once, and put back if the host refuses. */
import type { Machine } from '../../shared/contract/machine.ts';
import type { HostConnection } from '../connection/host.ts';
import { useHostState } from '../state/stores.ts';
import { type Order, orderOf, sameOrder } from './tree/order.ts';

function arranged(machines: readonly Machine[], order: Order): readonly Machine[] {
  const byId = new Map(machines.map((machine) => [machine.id, machine]));
  return order.flatMap(({ id, group }) => {
    const machine = byId.get(id);
    if (!machine) return [];
    return machine.settings.group === group ? machine : { ...machine, settings: { ...machine.settings, group } };
  });
}

export async function arrange(host: HostConnection, order: Order): Promise<void> {
  const before = useHostState.getState().machines;
  if (before === null || sameOrder(orderOf(before), order)) return;
  const shown = arranged(before, order);
  useHostState.setState({ machines: shown });
  try {
    await host.call('machine.arrange', { order: order.map(({ id, group }) => ({ id, group })) });
  } catch (error) {
    if (useHostState.getState().machines === shown) useHostState.setState({ machines: before });
    throw error;
  }
}
