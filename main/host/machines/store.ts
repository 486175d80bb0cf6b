/**
 * Machines on the disk: one folder each, the order of the tree, the trash. Every change is one write or one rename that
 * counts, so that a crash at any moment leaves all as it was before or after it; what a crash leaves half-made is cleared
 * away by `open`.
 */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { InnError, isInnError } from '../../../shared/base/errors.ts';
import type { Notice } from '../../../shared/contract/host.ts';
import { machineId, type TrashedMachine } from '../../../shared/contract/machine.ts';
import { makeFolder } from '../../platform/folders.ts';
import { readVersioned, writeVersioned } from '../files/versioned-json.ts';
import { sweepFiles } from './boot-files.ts';
import { folderSize } from './copying.ts';
import {
  DELETED_FILE,
  deletedFormat,
  MACHINE_FILE,
  type MachineRecord,
  machineFormat,
  orderFormat,
  RUNNING_FILE,
  runningFormat,
} from './machine-file.ts';
import { Queue } from './queue.ts';

export interface StoreOptions {
  readonly dataFolder: string;
  readonly now: () => number;
  /** Takes what the user should know about what was found. */
  notify(notice: Omit<Notice, 'id'>): void;
}

export interface LoadedMachine {
  readonly id: string;
  readonly record: MachineRecord;
  /** Since when it ran when the host was killed. */
  readonly killedAfter: number | undefined;
}

/** Folders that become something else by a rename once they are whole, and such that are on their way out. */
const PARTIAL = '.partial-';
const PURGED = '.purged-';
/** What a write leaves behind that a crash cut short. */
const TORN_WRITE = /\.json\.\d+$/;
/** Machines read at the same time. */
const AT_ONCE = 32;

const isId = (name: string) => machineId.safeParse(name).success;

export class MachineStore {
  readonly #options: StoreOptions;
  readonly #machines: string;
  readonly #trash: string;
  readonly #orderFile: string;
  /** Of all machines, also such as could not be loaded. */
  #order: string[] = [];
  readonly #orderQueue = new Queue();

  private constructor(options: StoreOptions) {
    this.#options = options;
    this.#machines = path.join(options.dataFolder, 'machines');
    this.#trash = path.join(options.dataFolder, 'trash');
    this.#orderFile = path.join(options.dataFolder, 'order.json');
  }

  /** Reads what there is. Machines that cannot be read are left out, and `notify` is told of each. */
  static async open(options: StoreOptions): Promise<{ store: MachineStore; machines: LoadedMachine[] }> {
    const store = new MachineStore(options);
    await makeFolder(store.#machines);
    await makeFolder(store.#trash);
    await sweepTornWrites(options.dataFolder);
    await sweepFolders(store.#machines, PARTIAL);
    await sweepFolders(store.#trash, PURGED);
    const ids = (await fs.readdir(store.#machines)).filter(isId);
    const machines: LoadedMachine[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const loaded = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => store.#load(id)));
      machines.push(...loaded.filter((machine) => machine !== undefined));
    }
    machines.sort((a, b) => a.record.createdAt - b.record.createdAt || (a.id < b.id ? -1 : 1));
    const known = (await store.#readOrder()).filter((id) => ids.includes(id));
    store.#order = [...new Set([...known, ...machines.map(({ id }) => id)])];
    return { store, machines };
  }

  get order(): readonly string[] {
    return this.#order;
  }

  folderOf(id: string): string {
    return path.join(this.#machines, id);
  }

  save(id: string, record: MachineRecord): Promise<void> {
    return writeVersioned(path.join(this.folderOf(id), MACHINE_FILE), machineFormat, record);
  }

  /** Says that a machine runs, for whoever opens the store after this process was killed. */
  markRunning(id: string, at: number): Promise<void> {
    return writeVersioned(path.join(this.folderOf(id), RUNNING_FILE), runningFormat, { pid: process.pid, at });
  }

  async unmarkRunning(id: string): Promise<void> {
    await fs.rm(path.join(this.folderOf(id), RUNNING_FILE), { force: true });
  }

  /** A new machine: `fill` puts into its folder what it needs and says what it is. There is no trace of it if that fails. */
  async insert(id: string, fill: (folder: string) => Promise<MachineRecord>): Promise<MachineRecord> {
    const partial = path.join(this.#machines, PARTIAL + id);
    try {
      await fs.mkdir(partial);
      const record = await fill(partial);
      await writeVersioned(path.join(partial, MACHINE_FILE), machineFormat, record);
      await fs.rename(partial, this.folderOf(id));
      return record;
    } catch (error) {
      await fs.rm(partial, { recursive: true, force: true });
      throw error;
    }
  }

  /** Sets the place of machines; those that are not named come after them as they were. */
  async setOrder(order: readonly string[]): Promise<void> {
    this.#order = [...new Set([...order.filter((id) => this.#order.includes(id)), ...this.#order])];
    await this.#saveOrder();
  }

  /** Puts a machine at a place, or at the end. Where that cannot be kept, `notify` is told: the machine is there all the same. */
  async place(id: string, position = this.#order.length): Promise<void> {
    this.#order = this.#order.filter((other) => other !== id).toSpliced(position, 0, id);
    await this.#keepOrder();
  }

  /** To the trash. */
  async remove(id: string): Promise<TrashedMachine> {
    const deleted = { deletedAt: this.#options.now(), position: Math.max(0, this.#order.indexOf(id)) };
    await writeVersioned(path.join(this.folderOf(id), DELETED_FILE), deletedFormat, deleted);
    await fs.rename(this.folderOf(id), path.join(this.#trash, id));
    this.#order = this.#order.filter((other) => other !== id);
    await this.#keepOrder();
    return this.#trashed(id);
  }

  /** From the trash; `position` is its former place. `change` may alter what is kept of it on the way. */
  async restore(
    id: string,
    change: (record: MachineRecord) => MachineRecord,
  ): Promise<{ record: MachineRecord; position: number | undefined }> {
    const folder = path.join(this.#trash, id);
    const record = await this.#inTrash(id, () => readVersioned(path.join(folder, MACHINE_FILE), machineFormat));
    if (!record) throw notInTrash(id);
    const deleted = await readVersioned(path.join(folder, DELETED_FILE), deletedFormat).catch(() => undefined);
    const changed = change(record);
    if (changed !== record) await writeVersioned(path.join(folder, MACHINE_FILE), machineFormat, changed);
    await fs.rename(folder, this.folderOf(id));
    await fs.rm(path.join(this.folderOf(id), DELETED_FILE), { force: true });
    return { record: changed, position: deleted?.position };
  }

  /** What is in the trash, latest first. */
  async trashed(): Promise<TrashedMachine[]> {
    const ids = (await fs.readdir(this.#trash)).filter(isId);
    const machines = await Promise.all(ids.map((id) => this.#trashed(id)));
    return machines.toSorted((a, b) => b.deletedAt - a.deletedAt);
  }

  /** Removes a machine from the trash for ever. Gone for all to see at once; then its files go. */
  async purge(id: string): Promise<void> {
    const purged = path.join(this.#trash, PURGED + id);
    await this.#inTrash(id, () => fs.rename(path.join(this.#trash, id), purged));
    await fs.rm(purged, { recursive: true, force: true });
  }

  async #inTrash<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notInTrash(id, error);
      throw error;
    }
  }

  async #trashed(id: string): Promise<TrashedMachine> {
    const folder = path.join(this.#trash, id);
    const record = await readVersioned(path.join(folder, MACHINE_FILE), machineFormat).catch(() => undefined);
    const deleted = await readVersioned(path.join(folder, DELETED_FILE), deletedFormat).catch(() => undefined);
    return {
      id,
      name: record?.settings.name ?? id,
      deletedAt: deleted?.deletedAt ?? (await fs.stat(folder)).mtimeMs,
      bytes: await folderSize(folder),
    };
  }

  #saveOrder(): Promise<void> {
    return this.#orderQueue.run(() => writeVersioned(this.#orderFile, orderFormat, { order: this.#order }));
  }

  /** For changes that have happened by then: that only their place is lost must not look as if they had not. */
  async #keepOrder(): Promise<void> {
    try {
      await this.#saveOrder();
    } catch (error) {
      if (!isInnError(error)) throw error;
      this.#options.notify({
        level: 'warning',
        code: 'order-not-kept',
        message: `The order of the machines could not be kept: ${error.message}`,
        nextStep: error.nextStep,
      });
    }
  }

  async #readOrder(): Promise<string[]> {
    try {
      return (await readVersioned(this.#orderFile, orderFormat))?.order ?? [];
    } catch (error) {
      if (!isInnError(error)) throw error;
      const aside = `${this.#orderFile}.aside-${stamp(this.#options.now())}`;
      await fs.rename(this.#orderFile, aside);
      this.#options.notify({
        level: 'warning',
        code: 'order-lost',
        message: `The order of the machines could not be read: ${error.message}`,
        nextStep: `Machines are shown as they were created. What the file held is in ${aside}.`,
      });
      return [];
    }
  }

  async #load(id: string): Promise<LoadedMachine | undefined> {
    const folder = this.folderOf(id);
    try {
      // A crash came between what announces the way to the trash and the way, or after the way back
      await fs.rm(path.join(folder, DELETED_FILE), { force: true });
      await sweepTornWrites(folder);
      const record = await readVersioned(path.join(folder, MACHINE_FILE), machineFormat);
      if (!record) return await this.#withoutSettings(id);
      await sweepFiles(folder, [record.settings.boot]);
      return await this.#asFound(id, record);
    } catch (error) {
      if (isInnError(error) && error.code === 'file-damaged') return await this.#setAside(id, error);
      if (isInnError(error)) this.#notLoaded(error.code, error.message, error.nextStep);
      else {
        const text = error instanceof Error ? error.message : String(error);
        this.#notLoaded(
          'machine-unreadable',
          `The machine in ${folder} could not be read: ${text}`,
          'Look at its disk.',
        );
      }
      return undefined;
    }
  }

  /** A machine that was running when the host was killed failed with it. */
  async #asFound(id: string, record: MachineRecord): Promise<LoadedMachine> {
    const marker = path.join(this.folderOf(id), RUNNING_FILE);
    let ran: { at: number } | undefined;
    try {
      ran = await readVersioned(marker, runningFormat);
    } catch {
      ran = { at: record.since };
    }
    if (!ran) return { id, record, killedAfter: undefined };
    const now = this.#options.now();
    // Where the crash came between the end of the run and the end of the marker, how the run failed is known already
    const known = record.failure !== null && record.failure.at >= ran.at;
    const found = known ? record : { ...record, since: now, failure: killed(ran.at, now) };
    await this.save(id, found);
    await this.unmarkRunning(id);
    return { id, record: found, killedAfter: known ? undefined : ran.at };
  }

  async #setAside(id: string, error: InnError): Promise<undefined> {
    const file = path.join(this.folderOf(id), MACHINE_FILE);
    const aside = `${file}.damaged-${stamp(this.#options.now())}`;
    await fs.rename(file, aside);
    this.#damaged(aside, error.message);
  }

  /** Set aside by an earlier run, or emptied by somebody. */
  async #withoutSettings(id: string): Promise<undefined> {
    const folder = this.folderOf(id);
    const aside = (await fs.readdir(folder)).filter((name) => name.startsWith(`${MACHINE_FILE}.damaged-`)).toSorted();
    const last = aside.at(-1);
    if (last !== undefined)
      this.#damaged(path.join(folder, last), `The settings of a machine in ${folder} are damaged`);
    else {
      const message = `The folder ${folder} should hold a machine, but has no ${MACHINE_FILE}`;
      this.#notLoaded('machine-damaged', message, 'Restore that file from a backup, or remove the folder.');
    }
  }

  #damaged(aside: string, message: string): void {
    const nextStep = `It was kept as ${aside}: mend it and name it ${MACHINE_FILE} again, or remove the folder.`;
    this.#notLoaded('machine-damaged', message, nextStep);
  }

  #notLoaded(code: string, message: string, nextStep: string): void {
    this.#options.notify({ level: 'error', code, message, nextStep });
  }
}

function killed(since: number, now: number): NonNullable<MachineRecord['failure']> {
  return {
    message: 'Innkeeper ended while this machine was running',
    report:
      `The machine had been started at ${new Date(since).toISOString()}. Its host was killed, crashed, or lost its power; ` +
      `this was found at ${new Date(now).toISOString()}. What the guest had not written out is lost.`,
    at: now,
  };
}

function notInTrash(id: string, cause?: unknown): InnError {
  return new InnError(`There is no machine ${id} in the trash`, {
    code: 'machine-not-found',
    nextStep: 'It may have been restored, or removed for ever.',
    cause,
  });
}

/** For the name of a file on any system. */
function stamp(at: number): string {
  return new Date(at).toISOString().replaceAll(/[:.]/g, '-');
}

async function sweepFolders(folder: string, prefix: string): Promise<void> {
  const names = (await fs.readdir(folder)).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => fs.rm(path.join(folder, name), { recursive: true, force: true })));
}

async function sweepTornWrites(folder: string): Promise<void> {
  const names = (await fs.readdir(folder)).filter((name) => TORN_WRITE.test(name));
  await Promise.all(names.map((name) => fs.rm(path.join(folder, name), { force: true })));
}
