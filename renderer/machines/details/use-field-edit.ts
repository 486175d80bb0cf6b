/** Changes one setting in place: what is being typed, what the host says to it, and what others did meanwhile. */
import { useState } from 'react';
import type { Machine, MachineSettings, SettingsChange } from '../../../shared/contract/machine.ts';
import type { HostConnection } from '../../connection/host.ts';
import { useHostConnection } from '../../connection/use-host.ts';
import { type ShownError, shownError } from '../../state/shown-error.ts';
import { type Field, same } from '../fields/difference.ts';
import { changedElsewhere } from '../fields/machine-changed.ts';

export type SaveResult =
  | { readonly kind: 'saved'; readonly machine: Machine }
  /** Somebody else changed the same field: they have to be chosen between. */
  | { readonly kind: 'conflict'; readonly current: Machine };

export interface Base<F extends Field> {
  readonly revision: number;
  readonly value: MachineSettings[F];
}

/**
 * Saves `value`, made from `base`. What others changed in other fields meanwhile stays. Throws what the host says, other than
 * that the machine was changed.
 */
export async function saveField<F extends Field>(
  host: Pick<HostConnection, 'call'>,
  id: string,
  field: F,
  base: Base<F>,
  value: MachineSettings[F],
): Promise<SaveResult> {
  let { revision } = base;
  for (;;) {
    try {
      const changes: SettingsChange = { [field]: value };
      return { kind: 'saved', machine: await host.call('machine.edit', { id, revision, changes }) };
    } catch (error) {
      const current = changedElsewhere(error);
      if (!current) throw error;
      const theirs = current.settings[field];
      if (!same(theirs, base.value) && !same(theirs, value)) return { kind: 'conflict', current };
      revision = current.revision;
    }
  }
}

export interface FieldEdit<F extends Field> {
  /** Shown: what is being saved, or what the host has. */
  readonly value: MachineSettings[F];
  readonly editing: boolean;
  readonly saving: boolean;
  readonly error: ShownError | null;
  /** Set while what is typed stands against a change by somebody else. */
  readonly theirs: MachineSettings[F] | undefined;
  start(): void;
  /** Stops editing; nothing is saved. */
  revert(): void;
  save(value: MachineSettings[F]): void;
  /** The same, over what somebody else saved. */
  keepMine(value: MachineSettings[F]): void;
}

interface Saved<F extends Field> {
  readonly revision: number;
  readonly value: MachineSettings[F];
}

export function useFieldEdit<F extends Field>(machine: Machine, field: F): FieldEdit<F> {
  const host = useHostConnection();
  const [base, setBase] = useState<Base<F> | null>(null);
  const [pending, setPending] = useState<MachineSettings[F] | undefined>();
  /** What the host has confirmed, until its watch stream says so too. */
  const [saved, setSaved] = useState<Saved<F> | null>(null);
  const [error, setError] = useState<ShownError | null>(null);
  const [conflict, setConflict] = useState<Machine | null>(null);

  const current = machine.settings[field];
  const confirmed = saved && saved.revision > machine.revision ? saved.value : current;
  const live = base !== null && pending === undefined && !same(current, base.value) ? current : undefined;
  const newest = conflict && conflict.revision > machine.revision ? conflict : machine;

  const stop = () => {
    setBase(null);
    setError(null);
    setConflict(null);
  };
  const run = async (from: Base<F>, value: MachineSettings[F]) => {
    setPending(value);
    setError(null);
    try {
      const result = await saveField(host, machine.id, field, from, value);
      if (result.kind === 'conflict') {
        setBase(from);
        setConflict(result.current);
      } else {
        setSaved({ revision: result.machine.revision, value });
        stop();
      }
    } catch (reason) {
      setBase(from);
      setError(shownError(reason));
    } finally {
      setPending(undefined);
    }
  };
  return {
    value: pending === undefined ? confirmed : pending,
    editing: base !== null,
    saving: pending !== undefined,
    error,
    theirs: conflict ? newest.settings[field] : live,
    start: () => {
      setError(null);
      setBase({ revision: machine.revision, value: current });
    },
    revert: stop,
    save: (value) => {
      if (pending !== undefined) return;
      const from = base ?? { revision: machine.revision, value: current };
      if (same(value, from.value)) stop();
      else void run(from, value);
    },
    keepMine: (value) => void run({ revision: newest.revision, value: newest.settings[field] }, value),
  };
}
