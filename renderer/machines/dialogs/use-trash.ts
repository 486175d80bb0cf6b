import { useCallback, useEffect, useRef, useState } from 'react';
import { InnError } from '../../../shared/base/errors.ts';
import type { Machine, TrashedMachine } from '../../../shared/contract/machine.ts';
import { useHost } from '../../connection/use-host.ts';
import { type ShownError, shownError } from '../../state/shown-error.ts';
import { useHostState } from '../../state/stores.ts';
import { operationEnd } from '../operation-end.ts';

/** What a change of the trash shows in: which machines there are, and how purges stand. */
function useTrashMark(): string {
  return useHostState(({ machines, operations }) =>
    [
      ...(machines ?? []).map(({ id }) => id).sort(),
      ...operations.filter(({ kind }) => kind === 'purge').map(({ id, status }) => `${id} ${status}`),
    ].join('\n'),
  );
}

export interface Trash {
  /** The last deleted first; null until the host has answered. */
  readonly machines: readonly TrashedMachine[] | null;
  /** Ids of those that something is being done with. */
  readonly busy: ReadonlySet<string>;
  /** Why the last thing that was asked for was not done, or why the list is not known. */
  readonly error: ShownError | null;
  /** Resolves with the machine; undefined if it is not back, for which `error` has the reason. */
  readonly restore: (id: string) => Promise<Machine | undefined>;
  /** For ever; all without `id`. */
  readonly purge: (id?: string) => Promise<void>;
}

/** The trash as it is now, whoever changes it. */
export function useTrash(): Trash {
  const { connection, status } = useHost();
  const [machines, setMachines] = useState<readonly TrashedMachine[] | null>(null);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [notListed, setNotListed] = useState<ShownError | null>(null);
  const [notDone, setNotDone] = useState<ShownError | null>(null);
  const asked = useRef(0);

  const load = useCallback(async () => {
    const question = ++asked.current;
    const ask = async () => {
      const found = await connection.call('trash.list', {});
      return { found: found.toSorted((a, b) => b.deletedAt - a.deletedAt), failure: null };
    };
    const { found, failure } = await ask().catch((reason: unknown) => ({ found: null, failure: shownError(reason) }));
    // A later question has a later answer.
    if (question !== asked.current) return;
    setNotListed(failure);
    if (found) setMachines(found);
  }, [connection]);

  const mark = useTrashMark();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the mark shows may have changed what is in the trash
  useEffect(() => {
    if (status === 'connected') void load();
  }, [load, mark, status]);

  const during = async <T>(ids: readonly string[], work: () => Promise<T>): Promise<T | undefined> => {
    setNotDone(null);
    setBusy((before) => new Set([...before, ...ids]));
    try {
      return await work();
    } catch (reason) {
      setNotDone(shownError(reason));
      return undefined;
    } finally {
      await load();
      setBusy((before) => new Set([...before].filter((id) => !ids.includes(id))));
    }
  };
  return {
    machines,
    busy,
    error: notDone ?? notListed,
    restore: (id) => during([id], () => connection.call('machine.restore', { id })),
    purge: (id) =>
      during(id === undefined ? (machines ?? []).map((machine) => machine.id) : [id], async () => {
        const begun = await connection.call('trash.purge', id === undefined ? {} : { id });
        const { error } = (await operationEnd(connection, begun)) ?? begun;
        if (error) throw new InnError(error.message, { code: error.code, nextStep: error.nextStep });
      }),
  };
}
