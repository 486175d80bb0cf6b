/** The host's thread, seen from the process around it, which does no more than hand messages on. */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Access } from '../../shared/contract/method.ts';
import { fromErrorData } from '../../shared/rpc/errors.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { portWire } from '../wires/port-wire.ts';
import type { Ending, FromHost, HostSetup, LogLevel, ToHost } from './messages.ts';

export interface HostThreadOptions extends HostSetup {
  /** The file that the thread runs; tests have their own. */
  readonly worker?: URL | undefined;
  onLog(level: LogLevel, text: string): void;
}

export type ThreadEnd =
  | { readonly kind: 'stopped' }
  /** A bug of ours; `report` is for people. The machines in it are gone. */
  | { readonly kind: 'died'; readonly report: string };

export interface HostThread {
  /** False once it is about to be gone. */
  readonly alive: boolean;
  /** A wire to the host that grants no more than `access`. Who may have one is decided by then. */
  connect(access: Access): Wire;
  /** Machines that run. */
  readonly running: number;
  /** `listener` is called whenever `running` changed. */
  onRunning(listener: (count: number) => void): void;
  /** Resolves when a door asked for the host's end. It goes on until `stop`. */
  readonly stopRequested: Promise<void>;
  /** Ends machines and host. Resolves with `ended`; asking again while it goes on is how one gets from `shut-down` to `power-off`. */
  stop(machines: Ending): Promise<void>;
  /** Settles once, when the thread is gone for whatever reason; all its wires are closed then. */
  readonly ended: Promise<ThreadEnd>;
}

/** MiB of JavaScript objects; consoles and guests' memory lie outside. All threads of a process share about 4 GB (V8's cage). */
const HOST_HEAP = 768;

/** Resolves once the host is up. Throws the `InnError` that keeps it from starting, or an `Error` for a bug of ours. */
export async function startHostThread(options: HostThreadOptions): Promise<HostThread> {
  const { onLog, worker: file, kind, version, dataFolder, guestFolder } = options;
  const workerData: HostSetup = { kind, version, dataFolder, guestFolder };
  const worker = new Worker(file ?? ownWorker(), {
    name: 'host',
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HOST_HEAP },
  });
  const listeners: ((count: number) => void)[] = [];
  const ready = Promise.withResolvers<void>();
  const requested = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<ThreadEnd>();
  let running = 0;
  /** Why the thread ends, as far as that is known when it does. */
  let end: ThreadEnd | undefined;

  worker.on('message', (message: FromHost) => {
    switch (message.kind) {
      case 'ready':
        ready.resolve();
        return;
      case 'failed':
        ready.reject(message.bug ? new Error(message.error.message) : fromErrorData(message.error));
        end = { kind: 'stopped' };
        void worker.terminate();
        return;
      case 'running':
        running = message.count;
        for (const listener of listeners) listener(running);
        return;
      case 'stop-requested':
        requested.resolve();
        return;
      case 'log':
        onLog(message.level, message.text);
        return;
      case 'stopped':
        end = { kind: 'stopped' };
        void worker.terminate();
    }
  });
  worker.on('error', (error) => {
    end ??= { kind: 'died', report: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  });
  worker.on('exit', (code) => {
    end ??= { kind: 'died', report: `The thread of the host ended with status ${code}` };
    const final = end;
    if (final.kind === 'died') ready.reject(new Error(final.report));
    ended.resolve(final);
  });

  await ready.promise;
  return {
    get alive() {
      return end === undefined;
    },
    connect: (access) => {
      const { port1, port2 } = new MessageChannel();
      const wire = portWire(port1, { bounded: true });
      worker.postMessage({ kind: 'connect', port: port2, access } satisfies ToHost, [port2]);
      return wire;
    },
    get running() {
      return running;
    },
    onRunning: (listener) => {
      listeners.push(listener);
    },
    stopRequested: requested.promise,
    stop: async (machines) => {
      worker.postMessage({ kind: 'stop', machines } satisfies ToHost);
      await ended.promise;
    },
    ended: ended.promise,
  };
}

function ownWorker(): URL {
  // Run from sources the file ends in .ts, from a build in .js
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new URL(`./host.worker${extension}`, import.meta.url);
}
