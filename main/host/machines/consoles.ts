/** The consoles of one machine. Each is opened when somebody first needs it: there may be hundreds of machines. */
import path from 'node:path';
import { InnError } from '../../../shared/base/errors.ts';
import type { ConsoleInfo, MachineSettings } from '../../../shared/contract/machine.ts';
import { makeFolder } from '../../platform/folders.ts';
import { ConsoleHub } from '../consoles/console-hub.ts';
import type { EventLog } from './event-log.ts';
import { CONSOLES } from './machine-file.ts';

/** The consoles that a machine with these settings has. */
export function consolesOf({ consoles }: Pick<MachineSettings, 'consoles'>): ConsoleInfo[] {
  const virtio = Array.from({ length: consoles }, (_, n): ConsoleInfo => ({ id: `hvc${n}`, kind: 'virtio' }));
  return [...virtio, { id: 'ttyS0', kind: 'serial' }];
}

export class Consoles {
  readonly #folder: string;
  readonly #hubs = new Map<string, Promise<ConsoleHub>>();

  readonly #log: EventLog;

  constructor(machineFolder: string, log: EventLog) {
    this.#folder = path.join(machineFolder, CONSOLES);
    this.#log = log;
  }

  /** Throws an `InnError` `console-not-found` where the machine has no such console. */
  open(id: string, there: readonly ConsoleInfo[]): Promise<ConsoleHub> {
    if (!there.some((each) => each.id === id)) {
      const ids = there.map((each) => each.id).join(', ');
      throw new InnError(`This machine has no console ${id}`, {
        code: 'console-not-found',
        nextStep: `It has ${ids}; Settings says how many there are.`,
      });
    }
    const known = this.#hubs.get(id);
    if (known) return known;
    const opening = this.#open(id);
    this.#hubs.set(id, opening);
    opening.catch(() => this.#hubs.delete(id));
    return opening;
  }

  /** Opens all of them. */
  async openAll(there: readonly ConsoleInfo[]): Promise<ReadonlyMap<string, ConsoleHub>> {
    return new Map(await Promise.all(there.map(async ({ id }) => [id, await this.open(id, there)] as const)));
  }

  async flush(): Promise<void> {
    await this.#each((hub) => hub.flush());
  }

  /** Ends the streams of those who watch; a console that is asked for later is opened anew. */
  async close(): Promise<void> {
    await this.#each((hub) => hub.close());
    this.#hubs.clear();
  }

  async #each(work: (hub: ConsoleHub) => Promise<void>): Promise<void> {
    await Promise.allSettled([...this.#hubs.values()].map(async (opening) => work(await opening)));
  }

  async #open(id: string): Promise<ConsoleHub> {
    await makeFolder(this.#folder);
    let said = false;
    const onProblem = (error: Error) => {
      if (!said) this.#log.add('warning', 'scrollback-not-kept', `What ${id} says cannot be kept: ${error.message}`);
      said = true;
    };
    return ConsoleHub.open({ file: path.join(this.#folder, `${id}.log`), onProblem });
  }
}
