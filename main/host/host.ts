/** The host: everything that runs machines and keeps them, put together. It knows no wire, no window and no command line. */
import path from 'node:path';
import { InnError } from '../../shared/base/errors.ts';
import type { Handlers } from '../../shared/contract/contract.ts';
import { makeFolder } from '../platform/folders.ts';
import { handlersOf } from './handlers.ts';
import { Machines } from './machines/machines.ts';
import { Notices } from './notices/notices.ts';
import { Operations } from './operations/operations.ts';
import type { Ending, HostOptions, HostParts } from './parts.ts';
import { PreferencesStore } from './preferences/preferences.ts';
import { totalMemory } from './status/host-status.ts';
import { Uploads } from './uploads/uploads.ts';

/** Seconds that guests have to shut down before they are powered off, when the host ends. */
const SHUT_DOWN_SECONDS = 60;

export interface Host {
  /** For `serve` of shared/rpc, which has validated the arguments. */
  readonly handlers: Handlers;
  /** Machines that run, are about to, or have not ended yet. */
  running(): number;
  /** `listener` is called after `running` changed. */
  onRunningChange(listener: () => void): void;
  /** Resolves once somebody asked for the end through `host.stop` and machines have ended; then call `stop`. */
  readonly stopRequested: Promise<void>;
  /** Ends machines (guests that do not shut down in a minute are powered off), then writes out what is in memory. May be called again. */
  stop(machines: Ending): Promise<void>;
}

/** Opens a data folder. What is damaged in it is set aside and said in notices; the rest works. */
export async function openHost(options: HostOptions): Promise<Host> {
  const { dataFolder, engine, guests } = options;
  const now = options.clock ?? Date.now;
  const memory = Math.min(options.memoryLimit ?? Number.POSITIVE_INFINITY, totalMemory());
  await makeFolder(dataFolder);
  const notices = new Notices();
  const operations = new Operations();
  const preferences = await PreferencesStore.open(path.join(dataFolder, 'preferences.json'), notices);
  const uploads = await Uploads.open(path.join(dataFolder, 'uploads'));
  const listeners = new Set<() => void>();
  const machines = await Machines.open({
    ...{ dataFolder, engine, guests, operations, now, bounds: { engine, memory } },
    notify: (notice) => notices.add(notice),
    resolveFile: (ref) => uploads.resolve(ref),
    preferences: () => preferences.get(),
    onRunningChange: () => {
      for (const listener of listeners) listener();
    },
  });

  const stopRequested = Promise.withResolvers<void>();
  let ending = false;
  const endMachines = async (how: Ending) => {
    ending = true;
    await machines.end(how, SHUT_DOWN_SECONDS);
  };
  const parts: HostParts = {
    ...{ options, memory, startedAt: now(), machines, operations, preferences, uploads, notices },
    requestStop: async (how) => {
      const names = machines.alive.map(({ settings }) => `“${settings.name}”`);
      if (how === 'refuse' && names.length > 0) throw machinesRun(names);
      await endMachines(how === 'refuse' ? 'power-off' : how);
      stopRequested.resolve();
    },
    mayStart: () => {
      if (ending) throw hostEnds();
    },
  };
  return {
    handlers: handlersOf(parts),
    running: () => machines.alive.length,
    onRunningChange: (listener) => listeners.add(listener),
    stopRequested: stopRequested.promise,
    stop: async (how) => {
      await endMachines(how);
      await operations.settle();
      await machines.close();
    },
  };
}

function machinesRun(names: readonly string[]): InnError {
  return new InnError(names.length === 1 ? `${names[0]} runs` : `${names.length} machines run: ${names.join(', ')}`, {
    code: 'machines-running',
    nextStep: 'Shut them down or power them off first, or say that they should be.',
  });
}

function hostEnds(): InnError {
  return new InnError('Innkeeper is about to end, and starts nothing any more', {
    code: 'host-ending',
    nextStep: 'Start it again, and the machine then.',
  });
}
