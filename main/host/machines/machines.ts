/** All machines of the host. */
import { InnError } from '../../../shared/base/errors.ts';
import { nameKey } from '../../../shared/contract/limits.ts';
import type { Machine, MachineEvent, NewMachine, TrashedMachine } from '../../../shared/contract/machine.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import type { Preferences } from '../../../shared/contract/preferences.ts';
import { randomId } from '../random-id.ts';
import { Topic } from '../topic.ts';
import { adoptBoot, sweepFiles } from './boot-files.ts';
import { copyFolder } from './copying.ts';
import { HostedMachine, machineNotFound } from './hosted-machine.ts';
import { isOfOneMachine, type MachineRecord } from './machine-file.ts';
import { Queue } from './queue.ts';
import { checkLimits, checkName, defaultSettings, given, Names } from './settings.ts';
import { MachineStore, type StoreOptions } from './store.ts';
import type { Surroundings } from './surroundings.ts';
import { type Sample, UsageMeter } from './usage.ts';

export type MachinesOptions = StoreOptions &
  Pick<Surroundings, 'engine' | 'guests' | 'operations' | 'bounds' | 'resolveFile'> & {
    /** What a machine gets where nobody says. */
    preferences(): Preferences;
    /** One more, or one fewer, runs. */
    onRunningChange(): void;
  };

export class Machines {
  readonly usage: UsageMeter;
  readonly #options: MachinesOptions;
  readonly #around: Surroundings;
  readonly #store: MachineStore;
  readonly #names = new Names();
  readonly #machines = new Map<string, HostedMachine>();
  readonly #topic = new Topic<MachineEvent>();
  /** Of what is in the trash. */
  readonly #trashQueue = new Queue();
  #running = 0;

  private constructor(options: MachinesOptions, store: MachineStore) {
    this.#options = options;
    this.#store = store;
    const { engine, guests, operations, bounds, now, resolveFile } = options;
    this.usage = new UsageMeter(() => this.#samples(), now);
    this.#around = {
      ...{ store, engine, guests, operations, bounds, now, resolveFile },
      names: this.#names,
      changed: (id) => this.#changed(id),
    };
  }

  static async open(options: MachinesOptions): Promise<Machines> {
    const { store, machines } = await MachineStore.open(options);
    const all = new Machines(options, store);
    for (const loaded of machines) {
      all.#names.takeOver(loaded.record.settings.name, loaded.id);
      all.#machines.set(loaded.id, new HostedMachine(all.#around, loaded));
    }
    return all;
  }

  /** Throws an `InnError` `machine-not-found`. */
  get(id: string): HostedMachine {
    const machine = this.#machines.get(id);
    if (!machine) throw machineNotFound(id);
    return machine;
  }

  /** In the order of the tree. */
  list(): Machine[] {
    return this.#inOrder().map((machine) => machine.view());
  }

  watch(signal: AbortSignal): AsyncIterable<MachineEvent> {
    return this.#topic.watch(signal, () => [this.#all()]);
  }

  /** Machines that run, or are about to, or have not ended yet. */
  get alive(): HostedMachine[] {
    return this.#inOrder().filter((machine) => machine.alive);
  }

  /** Bytes that running machines may take. */
  get memoryPromised(): number {
    return this.alive.reduce((sum, { memoryPromised }) => sum + memoryPromised, 0);
  }

  /** Throws an `InnError` for settings that cannot be; then there is no trace of the machine. */
  async create(wanted: NewMachine): Promise<Machine> {
    const id = randomId(12);
    const { boot: wantedBoot, ...plain } = given(wanted);
    const name = plain.name ?? this.#names.free(wantedBoot?.kind === 'files' ? 'machine' : 'linux');
    const settings = { ...defaultSettings(this.#options.preferences(), name), ...plain, name };
    checkName(name);
    checkName(settings.group, 'group');
    checkLimits({ ...settings, boot: wantedBoot ?? settings.boot }, this.#around.bounds);
    return this.#named(name, id, async () => {
      const { resolveFile, now } = this.#around;
      const record = await this.#store.insert(id, async (folder) => {
        const { boot } = await adoptBoot(folder, wantedBoot ?? settings.boot, undefined, resolveFile);
        return newRecord({ ...settings, boot }, now());
      });
      return this.#add(id, record, 'created', 'Created');
    });
  }

  /** Throws `tree-changed` unless every machine is named once. */
  async arrange(order: readonly { id: string; group: string }[]): Promise<void> {
    const ids = new Set(order.map(({ id }) => id));
    if (
      ids.size !== order.length ||
      ids.size !== this.#machines.size ||
      order.some(({ id }) => !this.#machines.has(id))
    ) {
      throw new InnError('The list of machines has changed in the meantime', {
        code: 'tree-changed',
        nextStep: 'Look at the list as it is now, and arrange that.',
      });
    }
    for (const { group } of order) checkName(group, 'group');
    await Promise.all(order.map(({ id, group }) => this.get(id).regroup(group)));
    await this.#store.setOrder(order.map(({ id }) => id));
    this.#topic.publish(this.#all());
  }

  /** Settings and files; also of one that runs. The clone is powered off and has a log of its own. */
  clone(id: string, wantedName: string | undefined): Operation {
    const source = this.get(id);
    const { name: subject } = source.settings;
    const cloneId = randomId(12);
    const name = wantedName ?? this.#names.free(`${subject} clone`);
    checkName(name);
    this.#names.take(name, cloneId);
    return this.#around.operations.run({ kind: 'clone', machine: id, subject, mayCancel: true }, (context) =>
      this.#named(name, cloneId, async () => {
        const step = `Copying to “${name}”`;
        context.report(step, 0);
        const record = await source.whileCopied((settings) =>
          this.#store.insert(cloneId, async (folder) => {
            const onProgress = (share: number) => context.report(step, share);
            await copyFolder(source.folder, folder, { skip: isOfOneMachine, signal: context.signal, onProgress });
            await sweepFiles(folder, [settings.boot]);
            context.mayCancel(false);
            return newRecord({ ...settings, name }, this.#around.now());
          }),
        );
        const position = this.#store.order.indexOf(id) + 1 || undefined;
        await this.#add(cloneId, record, 'cloned', `Cloned from “${subject}”`, position);
        return cloneId;
      }),
    );
  }

  async remove(id: string): Promise<TrashedMachine> {
    const machine = this.get(id);
    const trashed = await machine.remove(() => this.#store.remove(id));
    this.#machines.delete(id);
    this.#names.drop(machine.settings.name, id);
    this.#topic.publish({ kind: 'removed', id });
    return trashed;
  }

  /** With another name where somebody has taken its own. */
  restore(id: string): Promise<Machine> {
    return this.#trashQueue.run(async () => {
      let name: string | undefined;
      let old: string | undefined;
      try {
        const { record, position } = await this.#store.restore(id, (found) => {
          old = found.settings.name;
          name = this.#names.free(old);
          this.#names.take(name, id);
          if (nameKey(name) === nameKey(old)) return found;
          return { ...found, settings: { ...found.settings, name }, revision: found.revision + 1 };
        });
        const text = old === record.settings.name ? 'Restored' : `Restored; the name “${old}” is taken`;
        return await this.#add(id, record, 'restored', text, position);
      } catch (error) {
        if (name !== undefined && !this.#machines.has(id)) this.#names.drop(name, id);
        throw error;
      }
    });
  }

  trashed(): Promise<TrashedMachine[]> {
    return this.#store.trashed();
  }

  /** For ever; all that is in the trash without `id`. */
  async purge(id?: string): Promise<Operation> {
    const trashed = await this.#store.trashed();
    const chosen = id === undefined ? trashed : trashed.filter((machine) => machine.id === id);
    const subject = id === undefined ? 'the trash' : (chosen[0]?.name ?? id);
    if (id !== undefined && chosen.length === 0) throw machineNotFound(id);
    return this.#around.operations.run({ kind: 'purge', machine: null, subject, mayCancel: true }, async (context) => {
      for (const [done, machine] of chosen.entries()) {
        context.signal.throwIfAborted();
        context.report(`Deleting “${machine.name}”`, done / chosen.length);
        await this.#trashQueue.run(() => this.#store.purge(machine.id));
      }
    });
  }

  /** Sets the clocks of running guests, after the computer slept. */
  async awake(): Promise<void> {
    await Promise.all(this.alive.map((machine) => machine.setClock('the computer slept')));
  }

  /** Ends all that runs; see `HostedMachine.end`. */
  async end(how: 'shut-down' | 'power-off', seconds: number): Promise<void> {
    await Promise.all(this.alive.map((machine) => machine.end(how, seconds)));
  }

  /** Returns when what is in memory is in the files. */
  async close(): Promise<void> {
    this.usage.stop();
    await Promise.all(Array.from(this.#machines.values(), (machine) => machine.close()));
  }

  /** Holds the name while `work` makes the machine, and gives it back if that fails. */
  async #named<T>(name: string, id: string, work: () => Promise<T>): Promise<T> {
    this.#names.take(name, id);
    try {
      return await work();
    } catch (error) {
      this.#names.drop(name, id);
      throw error;
    }
  }

  async #add(id: string, record: MachineRecord, event: string, text: string, position?: number): Promise<Machine> {
    const machine = new HostedMachine(this.#around, { id, record, killedAfter: undefined });
    machine.log.add('info', event, text);
    this.#machines.set(id, machine);
    await this.#store.place(id, position);
    this.#topic.publish(this.#all());
    return machine.view();
  }

  #inOrder(): HostedMachine[] {
    return this.#store.order.flatMap((id) => this.#machines.get(id) ?? []);
  }

  #all(): MachineEvent {
    return { kind: 'all', machines: this.list() };
  }

  #samples(): Sample[] {
    return this.alive.flatMap((machine) => machine.sample() ?? []);
  }

  #changed(id: string): void {
    this.#topic.publish({ kind: 'changed', machine: this.get(id).view() });
    const running = this.alive.length;
    if (running === this.#running) return;
    this.#running = running;
    if (running > 0) this.usage.start();
    else this.usage.stop();
    this.#options.onRunningChange();
  }
}

function newRecord(settings: MachineRecord['settings'], now: number): MachineRecord {
  return { settings, revision: 1, createdAt: now, since: now, failure: null, bootMs: null };
}
