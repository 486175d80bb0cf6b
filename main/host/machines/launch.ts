/** How a run begins. */
import type { MachineSpec, RunningMachine } from '../../engines/engine.ts';
import type { OperationContext } from '../operations/operations.ts';
import { checkOwnFiles } from './boot-files.ts';
import { type Consoles, consolesOf } from './consoles.ts';
import type { EventLog } from './event-log.ts';
import type { Run } from './run.ts';
import type { Surroundings } from './surroundings.ts';

export type GuestFiles = MachineSpec['files'] | undefined;

/** Our own guest, built if need be; undefined where the machine boots files of its own. */
export async function guestFiles(
  { settings: { boot } }: Run,
  { guests }: Surroundings,
  { signal, report }: OperationContext,
): Promise<GuestFiles> {
  if (boot.kind !== 'linux') return undefined;
  report('Preparing the guest', null);
  const { kernel, initrd } = await guests.ensure(boot.kernel, { onProgress: report, signal });
  return { kernel, initrd };
}

/** What belongs to the machine that is launched. */
export interface Launched {
  readonly id: string;
  readonly folder: string;
  readonly log: EventLog;
  readonly consoles: Consoles;
  onFirstOutput(): void;
}

/** Has the engine start the machine; while it runs there is a marker on the disk. */
export async function launch(
  run: Run,
  files: GuestFiles,
  { engine, store, now }: Surroundings,
  { id, folder, log, consoles, onFirstOutput }: Launched,
): Promise<RunningMachine> {
  await checkOwnFiles(folder, run.settings.boot);
  run.hubs = await consoles.openAll(consolesOf(run.settings));
  run.startedAt = now();
  await store.markRunning(id, run.startedAt);
  run.restarted();
  try {
    run.machine = await engine.start(run.spec(folder, files), run.events(log, now, onFirstOutput));
  } catch (error) {
    await store.unmarkRunning(id);
    throw error;
  }
  for (const [console, { size }] of run.hubs) if (size) run.machine.resize(console, size.columns, size.rows);
  return run.machine;
}
