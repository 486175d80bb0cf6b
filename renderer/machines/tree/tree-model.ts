/** What the tree shows: groups and machines, filtered by what is searched for. */
import type { Machine } from '../../../shared/contract/machine.ts';
import { sections } from './order.ts';

export interface MachineRow {
  readonly kind: 'machine';
  readonly key: string;
  readonly machine: Machine;
}

export interface GroupRow {
  readonly kind: 'group';
  readonly key: string;
  readonly group: string;
  readonly running: number;
  readonly total: number;
  readonly rows: readonly MachineRow[];
}

export type Row = MachineRow | GroupRow;

const GROUP = 'group ';

export const groupKey = (group: string) => `${GROUP}${group}`;

/** The group of a row that is one. */
export function groupOfKey(key: string): string | undefined {
  return key.startsWith(GROUP) ? key.slice(GROUP.length) : undefined;
}

/** Letters without case and accents: who types `cafe` finds `Café`. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const rowsByMachine = new WeakMap<Machine, { readonly row: MachineRow; readonly text: string }>();

/** The same machine always gives the same row, so that lists of rows need not be drawn again. */
function known(machine: Machine) {
  let entry = rowsByMachine.get(machine);
  if (!entry) {
    const { name, group, description } = machine.settings;
    entry = {
      row: { kind: 'machine', key: machine.id, machine },
      text: folded([name, group, description, machine.state.replaceAll('-', ' ')].join('\n')),
    };
    rowsByMachine.set(machine, entry);
  }
  return entry;
}

/** All words of `search` must be somewhere in name, group, description or state. */
export function found(machines: readonly Machine[], search: string): readonly Machine[] {
  const words = folded(search).split(/\s+/).filter(Boolean);
  if (words.length === 0) return machines;
  return machines.filter((machine) => {
    const { text } = known(machine);
    return words.every((word) => text.includes(word));
  });
}

/** Machines without a group stand by themselves, before the groups. `all` counts for the groups' figures. */
export function treeRows(shown: readonly Machine[], all: readonly Machine[] = shown): readonly Row[] {
  const counts = new Map<string, { running: number; total: number }>();
  for (const { settings, active } of all) {
    const count = counts.get(settings.group) ?? { running: 0, total: 0 };
    count.total += 1;
    if (active !== null) count.running += 1;
    counts.set(settings.group, count);
  }
  return sections(shown).flatMap(({ group, machines }): Row | Row[] => {
    const rows = machines.map((machine) => known(machine).row);
    if (group === '') return rows;
    return { kind: 'group', key: groupKey(group), group, rows, ...(counts.get(group) ?? { running: 0, total: 0 }) };
  });
}

/** Pixels of rows, known beforehand: nothing has to be measured, and nothing jumps. */
export const ROW_HEIGHT = 40;
export const GROUP_HEIGHT = 32;

/** A row where it stands in the list, in pixels from the top. */
export interface Placed {
  readonly row: Row;
  readonly top: number;
}

/** All rows one under the other, with those of the groups; and how high they are together. */
export function placed(rows: readonly Row[]): { readonly list: readonly Placed[]; readonly height: number } {
  const list: Placed[] = [];
  let top = 0;
  for (const row of rows.flatMap((one) => (one.kind === 'group' ? [one, ...one.rows] : [one]))) {
    list.push({ row, top });
    top += row.kind === 'group' ? GROUP_HEIGHT : ROW_HEIGHT;
  }
  return { list, height: top };
}
