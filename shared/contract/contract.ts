/**
 * Everything that a door may ask of the host. One value: schemas here, types inferred, arguments validated by the host, the
 * same over every wire. How to add a method: README.md.
 */
import { z } from 'zod';
import { bytes, consoleEvent } from './console.ts';
import { check, hostInfo, hostStatus, notice } from './host.ts';
import { MAX_CONSOLE_INPUT, UPLOAD_CHUNK } from './limits.ts';
import {
  consoleInfo,
  logEntry,
  machine,
  machineEvent,
  machineId,
  newMachine,
  settingsChange,
  trashedMachine,
  usage,
} from './machine.ts';
import type * as m from './method.ts';
import { call, stream } from './method.ts';
import { operation, operationEvent, operationId } from './operation.ts';
import { preferences, preferencesChange } from './preferences.ts';
import { fileRef, uploadId } from './upload.ts';

/** Raised when host and doors of different versions would misunderstand each other. */
export const PROTOCOL = 1;

const nothing = z.object({});
const done = z.null();
const one = z.object({ id: machineId });
const atConsole = one.extend({ console: consoleInfo.shape.id });
const size = { columns: z.int().min(2).max(1000), rows: z.int().min(1).max(1000) };

export const contract = {
  'host.info': call('read', nothing, hostInfo),
  'host.status': stream('read', nothing, hostStatus),
  /** What is worth a look; runs the checks anew. */
  'host.doctor': call('read', nothing, z.array(check)),
  'host.notices': call('read', nothing, z.array(notice)),
  'host.dismissNotice': call('write', z.object({ id: z.string() }), done),
  /** Ends the host once machines have ended: `shut-down` asks the guests first, `power-off` does not, `refuse` fails if any runs. */
  'host.stop': call('write', z.object({ machines: z.enum(['refuse', 'shut-down', 'power-off']) }), done),
  /** Sets the clocks of running guests after the computer slept. */
  'host.awake': call('write', nothing, done),
  /** A ZIP archive for a report: versions, checks, logs; nothing of guests' consoles or files. */
  'host.bundle': stream('read', nothing, bytes),

  'machine.list': call('read', nothing, z.array(machine)),
  'machine.get': call('read', one, machine),
  'machine.watch': stream('read', nothing, machineEvent),
  'machine.create': call('write', newMachine, machine),
  /** Fails with `machine-changed` where `revision` is not the current one. */
  'machine.edit': call('write', one.extend({ revision: z.int(), changes: settingsChange }), machine),
  /** The whole tree: all machines in order, each with its group. */
  'machine.arrange': call('write', z.object({ order: z.array(one.extend({ group: z.string() })) }), done),
  /** May first have to build the guest. Ends when the guest's harts run. */
  'machine.start': call('write', one, operation),
  'machine.pause': call('write', one, machine),
  'machine.resume': call('write', one, machine),
  'machine.reset': call('write', one, machine),
  /** Asks the guest, and waits for it up to `seconds`; then it fails with `guest-still-running` and the guest goes on. */
  'machine.shutDown': call('write', one.extend({ seconds: z.int().min(1).max(600).default(60) }), operation),
  'machine.powerOff': call('write', one, machine),
  /** Forgets how the last run failed: from aborted to powered off. */
  'machine.discard': call('write', one, machine),
  'machine.clone': call('write', one.extend({ name: z.string().optional() }), operation),
  /** To the trash. */
  'machine.remove': call('write', one, trashedMachine),
  'machine.restore': call('write', one, machine),
  /** Every second, of all machines that run; first the last minute. */
  'machine.usage': stream('read', nothing, z.array(usage)),
  'machine.log': call(
    'read',
    one.extend({ before: z.int().optional(), limit: z.int().min(1).max(10_000).default(500) }),
    z.array(logEntry),
  ),
  'machine.watchLog': stream('read', one.extend({ last: z.int().min(0).max(10_000).default(500) }), z.array(logEntry)),

  'trash.list': call('read', nothing, z.array(trashedMachine)),
  /** For ever. All of it without `id`. */
  'trash.purge': call('write', z.object({ id: machineId.optional() }), operation),

  'console.attach': stream('read', atConsole, consoleEvent),
  'console.input': call('write', atConsole.extend({ bytes: bytes.refine((b) => b.length <= MAX_CONSOLE_INPUT) }), done),
  'console.resize': call('write', atConsole.extend(size), done),
  /** Forgets the scrollback. */
  'console.clear': call('write', atConsole, done),

  'operation.list': call('read', nothing, z.array(operation)),
  'operation.watch': stream('read', nothing, operationEvent),
  'operation.cancel': call('write', z.object({ id: operationId }), operation),
  'operation.dismiss': call('write', z.object({ id: operationId }), done),

  'preferences.get': call('read', nothing, preferences),
  'preferences.set': call('write', preferencesChange, preferences),
  'preferences.watch': stream('read', nothing, preferences),

  /** What a file is that could be started, before anything is made of it. */
  'file.inspect': call(
    'read',
    z.object({ file: fileRef }),
    z.object({
      name: z.string(),
      bytes: z.number(),
      kind: z.enum(['linux-image', 'elf', 'raw', 'archive', 'unusable']),
      text: z.string(),
    }),
  ),
  'upload.begin': call(
    'write',
    z.object({ name: z.string().max(255), bytes: z.int().min(0) }),
    z.object({ id: uploadId }),
  ),
  /** In order; `offset` is where the chunk goes. */
  'upload.write': call(
    'write',
    z.object({ id: uploadId, offset: z.int(), bytes: bytes.refine((b) => b.length <= UPLOAD_CHUNK) }),
    done,
  ),
  'upload.cancel': call('write', z.object({ id: uploadId }), done),
} as const satisfies m.AnyContract;

export type Contract = typeof contract;
export type Calls = m.CallName<Contract>;
export type Streams = m.StreamName<Contract>;
export type Method = Calls | Streams;
export type ArgsIn<K extends Method> = m.ArgsIn<Contract, K>;
export type ArgsOf<K extends Method> = m.ArgsOf<Contract, K>;
export type ResultOf<K extends Calls> = m.ResultOf<Contract, K>;
export type EventOf<K extends Streams> = m.EventOf<Contract, K>;

/** What the host does for each method. A stream ends when its handler returns, or when `signal` fires. */
export type Handlers = {
  readonly [K in Calls]: (args: ArgsOf<K>, signal: AbortSignal) => Promise<ResultOf<K>> | ResultOf<K>;
} & {
  readonly [K in Streams]: (args: ArgsOf<K>, signal: AbortSignal) => AsyncIterable<EventOf<K>>;
};
