/** What the owner of a data folder has: the lock, the host in its thread, the endpoint for other processes, and host.json. */
import { InnError } from '../../shared/base/errors.ts';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import type { Access } from '../../shared/contract/method.ts';
import type { Wire } from '../../shared/rpc/wire.ts';
import { makeDataFolder } from './data-folder.ts';
import { type Endpoint, openEndpoint } from './endpoint.ts';
import { endpointPath } from './endpoint-path.ts';
import { filesOf, newToken, removeHostFile, writeHostFile } from './host-file.ts';
import { type HostThread, startHostThread } from './host-thread.ts';
import { tryLockPatiently } from './lock.ts';
import { openLog } from './log.ts';
import type { Ending, HostSetup } from './messages.ts';

export interface OwnershipOptions extends HostSetup {
  /** The file that the host's thread runs; tests have their own. */
  readonly worker?: URL | undefined;
}

export type OwnershipEnd =
  /** `requested`: a door asked for it. */
  | { readonly kind: 'stopped'; readonly requested: boolean }
  /** The host broke again and again, by a bug of ours; `report` is for people. */
  | { readonly kind: 'died'; readonly report: string };

export interface Ownership {
  /** A wire to the host that grants no more than `access`. */
  connect(access: Access): Promise<Wire>;
  /** Machines that run, and doors of other processes that are open. */
  need(): { readonly running: number; readonly doors: number };
  onNeed(listener: () => void): void;
  /** Ends machines, host and ownership. */
  release(machines: Ending): Promise<void>;
  /** Settles once, when the data folder is free again. */
  readonly ended: Promise<OwnershipEnd>;
}

/** A host that broke is started anew so often within `RESTART_MS`: the machines in it are gone, but the others want theirs. */
const RESTARTS = 3;
const RESTART_MS = 10 * 60_000;

/** Undefined where somebody else owns the folder, or is about to. Throws an `InnError` for what the user can mend. */
export async function takeOwnership(options: OwnershipOptions): Promise<Ownership | undefined> {
  const { dataFolder } = options;
  await makeDataFolder(dataFolder);
  const files = filesOf(dataFolder);
  const lock = await tryLockPatiently(files.lock);
  if (!lock) return undefined;
  const owner = new Owner(options);
  try {
    await owner.start();
    void owner.ended.then(() => lock.release());
    return owner;
  } catch (error) {
    await owner.dispose();
    lock.release();
    throw error;
  }
}

class Owner implements Ownership {
  readonly ended: Promise<OwnershipEnd>;
  readonly #options: OwnershipOptions;
  readonly #log: ReturnType<typeof openLog>;
  readonly #listeners: (() => void)[] = [];
  readonly #resolveEnded: (end: OwnershipEnd) => void;
  #thread: Promise<HostThread> | undefined;
  #endpoint: Endpoint | undefined;
  #running = 0;
  #doors = 0;
  #ending: { requested: boolean } | undefined;
  /** When the host broke, in milliseconds since 1970. */
  #deaths: number[] = [];

  constructor(options: OwnershipOptions) {
    this.#options = options;
    this.#log = openLog(filesOf(options.dataFolder).log);
    const { promise, resolve } = Promise.withResolvers<OwnershipEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
  }

  async start(): Promise<void> {
    const { dataFolder, kind, version } = this.#options;
    this.#log.info({ kind, version, node: process.versions.node }, 'host starts');
    this.#thread = this.#startThread();
    await this.#thread;
    const token = newToken();
    const socket = await endpointPath(dataFolder);
    this.#endpoint = await openEndpoint({
      path: socket,
      token,
      connect: (access) => this.connect(access),
      stop: (machines) => this.#stopFor(machines),
      onDoors: (count) => {
        this.#doors = count;
        this.#tell();
      },
    });
    await writeHostFile(dataFolder, {
      pid: process.pid,
      version,
      protocol: PROTOCOL,
      kind,
      socket,
      token,
      startedAt: Date.now(),
    });
    this.#log.info('host is ready');
  }

  async connect(access: Access): Promise<Wire> {
    for (;;) {
      if (!this.#thread || this.#ending) throw hostIsEnding();
      const thread = await this.#thread;
      if (thread.alive) return thread.connect(access);
      // The next one is being started by the time that this goes on
      await thread.ended;
    }
  }

  need() {
    return { running: this.#running, doors: this.#doors };
  }

  onNeed(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async release(machines: Ending): Promise<void> {
    this.#ending ??= { requested: false };
    const thread = await this.#thread?.catch(() => undefined);
    this.#log.info({ machines, running: this.#running }, 'host ends');
    await thread?.stop(machines);
    await this.ended;
  }

  /** Everything but the lock is given back. */
  async dispose(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    this.#ending ??= { requested: false };
    await thread?.stop('power-off');
    await removeHostFile(this.#options.dataFolder);
    await this.#endpoint?.close();
  }

  async #startThread(): Promise<HostThread> {
    const thread = await startHostThread({
      ...this.#options,
      onLog: (level, text) => this.#log[level](text),
    });
    thread.onRunning((count) => {
      this.#running = count;
      this.#tell();
    });
    void thread.stopRequested.then(() => {
      this.#ending ??= { requested: true };
      return this.release('shut-down');
    });
    void thread.ended.then((end) => this.#onThreadEnd(end.kind === 'died' ? end.report : undefined));
    return thread;
  }

  /** `report` where it broke. */
  async #onThreadEnd(report: string | undefined): Promise<void> {
    this.#running = 0;
    this.#tell();
    if (report === undefined || this.#ending)
      return this.#finish({ kind: 'stopped', requested: this.#ending?.requested ?? false });
    this.#log.error({ report }, 'host broke');
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < RESTART_MS), now];
    if (this.#deaths.length > RESTARTS) return this.#finish({ kind: 'died', report });
    this.#thread = this.#startThread();
    try {
      await this.#thread;
      this.#log.info('host was started anew; machines that ran in it are aborted');
    } catch (error) {
      await this.#finish({
        kind: 'died',
        report: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }

  async #finish(end: OwnershipEnd): Promise<void> {
    this.#ending ??= { requested: false };
    await removeHostFile(this.#options.dataFolder);
    await this.#endpoint?.close();
    this.#log.info({ end: end.kind }, 'host has ended');
    this.#resolveEnded(end);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #stopFor(machines: 'refuse' | Ending): Promise<void> {
    if (machines === 'refuse' && this.#running > 0) {
      throw new InnError(`${this.#running} of the host's machines still run`, {
        code: 'machines-running',
        nextStep: 'Shut them down first, or say what is to become of them: --shut-down or --power-off.',
      });
    }
    this.#ending ??= { requested: true };
    // Whoever asked sees the wire close when it has ended
    void this.release(machines === 'refuse' ? 'shut-down' : machines);
  }
}

function hostIsEnding(): InnError {
  return new InnError('The host is ending', {
    code: 'connection-lost',
    nextStep: 'Try again in a moment: a new one is started where it is needed.',
  });
}
