/** A machine as all doors see it. */
import { z } from 'zod';
import { isInnError } from '../base/errors.ts';
import {
  describeNameFault,
  MAX_COMMAND_LINE,
  MAX_CONSOLES,
  MAX_CORES,
  MAX_DESCRIPTION,
  MEMORY_STEP,
  nameFault,
} from './limits.ts';
import { fileRef } from './upload.ts';

/**
 * VirtualBox's words. Which change may follow which is a table in the host (`main/host/machines/transitions.ts`). Those of
 * saved machines join with snapshots.
 */
export const MACHINE_STATES = ['powered-off', 'starting', 'running', 'paused', 'stopping', 'aborted'] as const;
export const machineState = z.enum(MACHINE_STATES);
export type MachineState = z.infer<typeof machineState>;

/** A machine in one of these has, or is about to have, or still has, an engine at work for it. */
export const ALIVE_STATES: ReadonlySet<MachineState> = new Set(['starting', 'running', 'paused', 'stopping']);

export const machineId = z.string().regex(/^[a-z0-9]{12}$/);

const nameOf = (what: string, mayBeEmpty: boolean) => {
  const fault = (text: unknown) =>
    typeof text !== 'string' || (mayBeEmpty && text === '') ? undefined : nameFault(text);
  return z.string().refine((text) => fault(text) === undefined, {
    error: ({ input }) => describeNameFault(String(input), fault(input) ?? 'empty', what),
  });
};
const wholeNumber = (most: number, what: string) => {
  const text = `A machine has 1 to ${most} ${what}`;
  return z.int(text).min(1, text).max(most, text);
};
const name = nameOf('name', false);
const group = nameOf('group', true);

export const KERNELS = ['stock', 'small'] as const;

/** What the machine starts. Files are copied into the machine's folder when it is created or edited. */
const bootOf = <F extends z.ZodType>(file: F) =>
  z.discriminatedUnion('kind', [
    /** Innkeeper's own Linux: Debian's stock kernel, or a small one that starts sooner. */
    z.object({ kind: z.literal('linux'), kernel: z.enum(KERNELS) }),
    /** A kernel, or firmware (M-mode), or both. At least one of the two. */
    z.object({
      kind: z.literal('files'),
      kernel: file.optional(),
      initrd: file.optional(),
      firmware: file.optional(),
    }),
  ]);

/** Name of a file in the machine's folder, and its size in bytes. */
export const ownFile = z.object({ name: z.string().regex(/^(?!\.)[^/\\]+$/), bytes: z.number() });

const settingsWith = <F extends z.ZodType>(file: F) =>
  z.object({
    name,
    description: z.string().max(MAX_DESCRIPTION, `A description has at most ${MAX_DESCRIPTION} characters`),
    /** Name of the group that the machine is shown in; '' for none. */
    group,
    cores: wholeNumber(MAX_CORES, 'cores'),
    /** Bytes. */
    memory: z
      .int('The memory is a whole number of bytes')
      .multipleOf(MEMORY_STEP, 'The memory is a whole number of MiB')
      .min(MEMORY_STEP, 'A machine needs at least 1 MiB of memory'),
    boot: bootOf(file),
    /** Added to the kernel's command line. */
    commandLine: z.string().max(MAX_COMMAND_LINE, `A command line has at most ${MAX_COMMAND_LINE} characters`),
    /** Virtio terminals: hvc0 and on. A serial console comes with every machine. */
    consoles: wholeNumber(MAX_CONSOLES, 'consoles'),
    /** What virtio devices stand on. */
    transport: z.enum(['pci', 'mmio']),
  });

export const machineSettings = settingsWith(ownFile);
export type MachineSettings = z.infer<typeof machineSettings>;

/** All but what is named has a default; the host picks a free name where there is none. */
export const newMachine = settingsWith(fileRef).partial();
export type NewMachine = z.infer<typeof newMachine>;

export const settingsChange = settingsWith(z.union([fileRef, ownFile])).partial();
export type SettingsChange = z.infer<typeof settingsChange>;

export const consoleInfo = z.object({
  /** As the guest calls it: `hvc0`, `ttyS0`. */
  id: z.string().regex(/^(hvc\d|ttyS0)$/),
  kind: z.enum(['virtio', 'serial']),
});
export type ConsoleInfo = z.infer<typeof consoleInfo>;

export const machine = z.object({
  id: machineId,
  state: machineState,
  /** When it came into this state, in milliseconds since 1970. */
  since: z.number(),
  settings: machineSettings,
  /** Raised by every change of the settings; `machine.edit` names the one it changes. */
  revision: z.int(),
  /** The settings that it runs with; null unless it runs. Where they differ from `settings`, a restart is needed. */
  active: machineSettings.nullable(),
  createdAt: z.number(),
  /** Absolute path of its folder on the host's computer. */
  folder: z.string(),
  consoles: z.array(consoleInfo),
  /** How its last run ended, where that was by failure. */
  failure: z.object({ message: z.string(), report: z.string(), at: z.number() }).nullable(),
  /** Milliseconds from the start to the first output on a console, for the last start; null before. */
  bootMs: z.number().nullable(),
});
export type Machine = z.infer<typeof machine>;

/** Machines are in the order in which the tree shows them. */
export const machineEvent = z.discriminatedUnion('kind', [
  /** First, and again whenever the order changed: everything there is. */
  z.object({ kind: z.literal('all'), machines: z.array(machine) }),
  z.object({ kind: z.literal('changed'), machine }),
  z.object({ kind: z.literal('removed'), id: machineId }),
]);
export type MachineEvent = z.infer<typeof machineEvent>;

export const trashedMachine = z.object({
  id: machineId,
  name: z.string(),
  deletedAt: z.number(),
  /** Bytes on disk. */
  bytes: z.number(),
});
export type TrashedMachine = z.infer<typeof trashedMachine>;

/** Use of one machine in the second that ends at `at`. */
export const usage = z.object({
  id: machineId,
  at: z.number(),
  /** Cores' worth of CPU time that its threads took: 0 to the number of cores and a little for its devices. */
  cpu: z.number(),
  /** Bytes of its memory that have been written to since it started: what it really takes of what it was given. */
  memory: z.number(),
});
export type Usage = z.infer<typeof usage>;

export const LOG_LEVELS = ['info', 'warning', 'error'] as const;
export const logEntry = z.object({
  /** Rises by one in each machine. */
  n: z.int(),
  at: z.number(),
  level: z.enum(LOG_LEVELS),
  /** Stable name of what happened, such as `started` or `settings-changed`. */
  event: z.string(),
  text: z.string(),
});
export type LogEntry = z.infer<typeof logEntry>;

/** Attached to the error `machine-changed`: what somebody else saved in the meantime. */
export interface MachineChangedDetails {
  readonly current: Machine;
}

export function machineChanged(error: unknown): MachineChangedDetails | undefined {
  return isInnError(error) && error.code === 'machine-changed' ? (error.details as MachineChangedDetails) : undefined;
}
