/** Folds events of `machine.watch` and `operation.watch` into ordered lists. Unchanged entries keep their identity. */
import type { Machine, MachineEvent } from '../../shared/contract/machine.ts';
import type { Operation, OperationEvent } from '../../shared/contract/operation.ts';

function put<T extends { readonly id: string }>(list: readonly T[], item: T): readonly T[] {
  const at = list.findIndex(({ id }) => id === item.id);
  return at === -1 ? [...list, item] : list.with(at, item);
}

export function afterMachineEvent(machines: readonly Machine[], event: MachineEvent): readonly Machine[] {
  if (event.kind === 'all') return event.machines;
  if (event.kind === 'changed') return put(machines, event.machine);
  return machines.filter(({ id }) => id !== event.id);
}

export function afterOperationEvent(operations: readonly Operation[], event: OperationEvent): readonly Operation[] {
  if (event.kind === 'all') return event.operations;
  if (event.kind === 'changed') return put(operations, event.operation);
  return operations.filter(({ id }) => id !== event.id);
}
