/** What is kept of a machine, and where in its folder. */
import path from 'node:path';
import { z } from 'zod';
import { machine, machineId, machineSettings } from '../../../shared/contract/machine.ts';
import type { VersionedFormat } from '../files/versioned-json.ts';

/** A machine that does not run is aborted where it has a `failure`, and powered off where it has none. */
export const machineRecord = z.object({
  settings: machineSettings,
  revision: machine.shape.revision,
  createdAt: machine.shape.createdAt,
  /** When it was created, or last ended. */
  since: machine.shape.since,
  failure: machine.shape.failure,
  bootMs: machine.shape.bootMs,
});
export type MachineRecord = z.output<typeof machineRecord>;

export const machineFormat = {
  what: 'the settings of a machine',
  version: 1,
  schema: machineRecord,
  migrations: {},
} as const satisfies VersionedFormat<typeof machineRecord>;

/** The order of the tree. */
export const orderFormat = {
  what: 'the order of the machines',
  version: 1,
  schema: z.object({ order: z.array(machineId) }),
  migrations: {},
} as const satisfies VersionedFormat<z.ZodType>;

/** In the folder of a machine that is in the trash. */
export const deletedFormat = {
  what: 'when a machine was removed',
  version: 1,
  schema: z.object({ deletedAt: z.number(), position: z.int().min(0) }),
  migrations: {},
} as const satisfies VersionedFormat<z.ZodType>;

/** There while the machine runs: if the host finds it at its start, it was killed. */
export const runningFormat = {
  what: 'that a machine runs',
  version: 1,
  schema: z.object({ pid: z.int(), at: z.number() }),
  migrations: {},
} as const satisfies VersionedFormat<z.ZodType>;

export const MACHINE_FILE = 'machine.json';
export const DELETED_FILE = 'deleted.json';
export const RUNNING_FILE = 'running.json';
export const LOG_FILE = 'log.jsonl';
export const OLD_LOG_FILE = 'log.old.jsonl';
/** Folder of what consoles said. */
export const CONSOLES = 'consoles';
/** Folder of the machine's own copies of what it boots. */
export const FILES = 'files';

/** What belongs to one life of one machine, and so does not go into a clone. */
export function isOfOneMachine(name: string): boolean {
  return name.startsWith(MACHINE_FILE) || [DELETED_FILE, RUNNING_FILE, LOG_FILE, OLD_LOG_FILE, CONSOLES].includes(name);
}

/** A machine's own file, absolute. */
export function ownFilePath(folder: string, name: string): string {
  return path.join(folder, FILES, name);
}
