/** The order of the tree: machines of one group stand together, groups in the order of their first machine, '' first. */
import type { Machine } from '../../../shared/contract/machine.ts';

/** What `machine.arrange` takes. */
export type Order = readonly { readonly id: string; readonly group: string }[];

export interface Section {
  /** '' for machines without one. */
  readonly group: string;
  readonly machines: readonly Machine[];
}

export function sections(machines: readonly Machine[]): Section[] {
  const byGroup = new Map<string, Machine[]>();
  for (const machine of machines) {
    const list = byGroup.get(machine.settings.group);
    if (list) list.push(machine);
    else byGroup.set(machine.settings.group, [machine]);
  }
  const found = [...byGroup].map(([group, list]) => ({ group, machines: list }));
  return [...found.filter(({ group }) => group === ''), ...found.filter(({ group }) => group !== '')];
}

/** As the tree shows it. */
export function orderOf(machines: readonly Machine[]): Order {
  return sections(machines).flatMap(({ group, machines: list }) => list.map(({ id }) => ({ id, group })));
}

/**
 * One row up or down. At the edge of its group it goes into the next group there. Undefined if there is nowhere to go.
 */
export function moved(machines: readonly Machine[], id: string, step: -1 | 1): Order | undefined {
  const order = [...orderOf(machines)];
  const at = order.findIndex((row) => row.id === id);
  const row = order[at];
  const other = order[at + step];
  if (!row || !other) return undefined;
  if (row.group !== other.group) return order.with(at, { id, group: other.group });
  return order.with(at, other).with(at + step, row);
}

/** Where a machine is, or was: its row among all, and its group. */
export interface Spot {
  readonly at: number;
  readonly group: string;
}

export function spotOf(order: Order, id: string | null): Spot | undefined {
  const at = order.findIndex((row) => row.id === id);
  const row = order[at];
  return row && { at, group: row.group };
}

/**
 * What is chosen once the machine at `spot` has gone: the one that stands there now, or the one above if it was the last of its
 * group. Undefined if there are no machines.
 */
export function heirOf(order: Order, { at, group }: Spot): string | undefined {
  const next = order[at];
  const above = order[at - 1];
  return (next && (next.group === group || above?.group !== group) ? next : above)?.id ?? order.at(-1)?.id;
}

export interface DropPlace {
  readonly group: string;
  /** The row that they go before or after; null: at the end of the group. */
  readonly target: string | null;
  readonly where: 'before' | 'after';
}

/** `ids`, in their present order, at another place. */
export function dropped(machines: readonly Machine[], ids: ReadonlySet<string>, place: DropPlace): Order {
  const order = orderOf(machines);
  const taken = order.filter(({ id }) => ids.has(id)).map(({ id }) => ({ id, group: place.group }));
  const rest = order.filter(({ id }) => !ids.has(id));
  let at = rest.findIndex(({ id }) => id === place.target);
  if (at === -1) {
    const last = rest.findLastIndex(({ group }) => group === place.group);
    at = last === -1 ? rest.length : last + 1;
  } else if (place.where === 'after') at += 1;
  return [...rest.slice(0, at), ...taken, ...rest.slice(at)];
}

/** All machines of a group before or after those of another. '' stays first whatever is asked. */
export function droppedGroup(
  machines: readonly Machine[],
  group: string,
  target: string,
  where: 'before' | 'after',
): Order {
  const all = sections(machines);
  const taken = all.find((section) => section.group === group);
  const rest = all.filter((section) => section !== taken);
  const at = rest.findIndex((section) => section.group === target);
  if (!taken || at === -1) return orderOf(machines);
  const order = rest.toSpliced(where === 'before' ? at : at + 1, 0, taken);
  return orderOf(order.flatMap((section) => section.machines));
}

/** At the end of another group, which may be new. */
export function intoGroup(machines: readonly Machine[], id: string, group: string): Order {
  return dropped(machines, new Set([id]), { group, target: null, where: 'after' });
}

export function sameOrder(a: Order, b: Order): boolean {
  return a.length === b.length && a.every((row, at) => row.id === b[at]?.id && row.group === b[at]?.group);
}
