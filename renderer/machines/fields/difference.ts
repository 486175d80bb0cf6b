/** What differs between settings: for restarts that are needed, and for two windows that changed one machine. */
import type { Machine, MachineSettings } from '../../../shared/contract/machine.ts';

/** In the order in which they are shown. */
export const FIELDS = [
  'name',
  'group',
  'description',
  'cores',
  'memory',
  'boot',
  'commandLine',
  'consoles',
  'transport',
] as const satisfies readonly (keyof MachineSettings)[];
export type Field = (typeof FIELDS)[number];

/** By content; keys that are missing and keys that are undefined are the same. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) => same(left[key], right[key]));
}

/** The fields in which `b` differs from `a`. */
export function changedFields(a: Readonly<Record<Field, unknown>>, b: Readonly<Record<Field, unknown>>): Field[] {
  return FIELDS.filter((field) => !same(a[field], b[field]));
}

/** What a machine will only have after a restart. */
export function waitingForRestart(machine: Pick<Machine, 'settings' | 'active'>): Field[] {
  return machine.active ? changedFields(machine.active, machine.settings) : [];
}

export interface Conflict {
  readonly field: Field;
  readonly base: unknown;
  readonly theirs: unknown;
  readonly yours: unknown;
}

/**
 * Where somebody else saved `theirs` while one made `base` into `yours`: fields that both changed, differently, have to be
 * chosen between; all others can go together.
 */
export function conflictsOf<S extends Readonly<Record<Field, unknown>>>(
  base: MachineSettings,
  yours: S,
  theirs: MachineSettings,
): { readonly conflicts: Conflict[]; readonly onlyTheirs: Field[] } {
  const theirFields = changedFields(base, theirs);
  const conflicts = theirFields
    .filter((field) => !same(base[field], yours[field]) && !same(theirs[field], yours[field]))
    .map((field) => ({ field, base: base[field], theirs: theirs[field], yours: yours[field] }));
  const inConflict = new Set(conflicts.map(({ field }) => field));
  return { conflicts, onlyTheirs: theirFields.filter((field) => !inConflict.has(field)) };
}
