/**
 * One machine of the host: its settings, its life cycle, its log. Changes go one after the other, whichever door asks; each
 * is on the disk before anybody is told of it.
 */
import { describeError, InnError, isInnError } from '../../../shared/base/errors.ts';
import type { Machine, MachineSettings, MachineState, SettingsChange } from '../../../shared/contract/machine.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import type { MachineEnd, RunningMachine } from '../../engines/engine.ts';
import type { ConsoleHub } from '../consoles/console-hub.ts';
import { sendInput } from '../consoles/input.ts';
import type { OperationContext } from '../operations/operations.ts';
import { sweepFiles } from './boot-files.ts';
import { adoptChange, wantedSettings } from './change.ts';
import { Consoles, consolesOf } from './consoles.ts';
import { EventLog } from './event-log.ts';
import { type GuestFiles, guestFiles, launch } from './launch.ts';
import type { MachineRecord } from './machine-file.ts';
import { Queue } from './queue.ts';
import { Run } from './run.ts';
import { checkLimits } from './settings.ts';
import { askToShutDown } from './shut-down.ts';
import type { LoadedMachine } from './store.ts';
import type { Surroundings } from './surroundings.ts';
import { type Action, ALIVE, stateAfter, stateOnceIt } from './transitions.ts';
import type { Sample } from './usage.ts';

export class HostedMachine {
  readonly id: string;
  readonly log: EventLog;
  readonly #around: Surroundings;
  readonly #queue = new Queue();
  readonly #consoles: Consoles;
  #record: MachineRecord;
  #state: MachineState;
  #since: number;
  #run: Run | undefined;
  /** Clones that are being made of it: its files must stay as long. */
  #copies = 0;
  #removed = false;

  constructor(around: Surroundings, { id, record, killedAfter }: LoadedMachine) {
    this.id = id;
    this.#around = around;
    this.#record = record;
    this.#state = record.failure ? 'aborted' : 'powered-off';
    this.#since = record.since;
    this.log = new EventLog(this.folder, around.now);
    this.#consoles = new Consoles(this.folder, this.log);
    if (killedAfter !== undefined && record.failure) this.log.add('error', 'aborted', record.failure.message);
  }

  get folder(): string {
    return this.#around.store.folderOf(this.id);
  }

  get settings(): MachineSettings {
    return this.#record.settings;
  }

  get alive(): boolean {
    return ALIVE.has(this.#state);
  }

  /** Bytes that its run may take. */
  get memoryPromised(): number {
    return this.#run?.settings.memory ?? 0;
  }

  /** As doors see it. */
  view(): Machine {
    const { settings, revision, createdAt, failure, bootMs } = this.#record;
    const { name, description, group } = settings;
    const active = this.#run ? { ...this.#run.settings, name, description, group } : null;
    return {
      ...{ id: this.id, state: this.#state, since: this.#since, settings, revision, active },
      ...{ createdAt, folder: this.folder, consoles: consolesOf(active ?? settings), failure, bootMs },
    };
  }

  /** Throws an `InnError`, among them `machine-changed` with the machine as it is by now. */
  edit(revision: number, changes: SettingsChange): Promise<Machine> {
    return this.#exclusively(async () => {
      if (revision !== this.#record.revision) {
        throw new InnError(`“${this.settings.name}” was changed by somebody else in the meantime`, {
          code: 'machine-changed',
          nextStep: 'Look at what it is now, and make your changes to that.',
          details: { current: this.view() },
        });
      }
      await this.#change(changes);
      return this.view();
    });
  }

  /** Moves it to another group, whatever else was changed. */
  regroup(group: string): Promise<void> {
    return this.#exclusively(() => this.#change({ group }));
  }

  async start(): Promise<Operation> {
    return this.#exclusively(async () => {
      const next = stateAfter(this.settings.name, this.#state, 'start');
      checkLimits(this.settings, this.#around.bounds);
      const { failure, bootMs } = this.#record;
      if (failure || bootMs !== null) await this.#save({ failure: null, bootMs: null });
      const run = new Run(this.settings);
      this.#run = run;
      this.#enter(next);
      const operation = this.#operation('start', true, (context) => this.#start(run, context));
      run.operation = operation.id;
      return operation;
    });
  }

  pause(): Promise<Machine> {
    return this.#act('pause', 'Paused', (machine) => machine.pause());
  }

  /** Has the guest set its clock afterwards, which stood still; nobody waits for that. */
  async resume(): Promise<Machine> {
    const view = await this.#act('resume', 'Resumed', async (machine) => machine.resume());
    void this.setClock('the pause');
    return view;
  }

  reset(): Promise<Machine> {
    return this.#act('reset', 'Reset', async (machine, run) => {
      await machine.reset();
      run.restarted();
    });
  }

  /** Resumes a paused machine first: a guest that stands still cannot be asked. */
  async shutDown(seconds: number): Promise<Operation> {
    return (await this.#shutDown(seconds)).operation;
  }

  /** Also while it is being started, which is then called off. */
  async powerOff(): Promise<Machine> {
    const run = await this.#exclusively(async () => {
      this.#enter(stateAfter(this.settings.name, this.#state, 'powerOff'));
      const current = this.#theRun();
      const { machine } = current;
      if (machine) {
        this.log.add('info', 'power-off', 'Powered off');
        await Promise.race([machine.powerOff(), machine.ended]);
        await this.#finish(current, await machine.ended);
      } else if (current.operation !== undefined) this.#around.operations.cancel(current.operation);
      return current;
    });
    await run.over;
    return this.view();
  }

  discard(): Promise<Machine> {
    return this.#exclusively(async () => {
      const next = stateAfter(this.settings.name, this.#state, 'discard');
      await this.#save({ failure: null, since: this.#around.now() });
      this.#enter(next);
      return this.view();
    });
  }

  /** Ends whatever runs, for the host ends; a guest that is asked and does not do it is powered off. */
  async end(how: 'shut-down' | 'power-off', seconds: number): Promise<void> {
    if (how === 'shut-down' && (this.#state === 'running' || this.#state === 'paused')) {
      const asked = await this.#shutDown(seconds).catch(ifInnError);
      await asked?.settled;
    }
    while (this.alive) {
      if (this.#state === 'stopping') await this.#run?.over;
      else await this.powerOff().catch(ifInnError);
    }
  }

  /** Returns when what is in memory is in the files. */
  async close(): Promise<void> {
    await this.#queue.run(() => {});
    await this.#consoles.close();
    await this.log.flush();
  }

  /** `move` takes its folder away; afterwards there is no such machine. */
  remove<T>(move: () => Promise<T>): Promise<T> {
    return this.#exclusively(async () => {
      stateAfter(this.settings.name, this.#state, 'remove');
      if (this.#copies > 0) {
        throw new InnError(`“${this.settings.name}” is being cloned`, {
          code: 'machine-busy',
          nextStep: 'Wait until the clone is made, or cancel that.',
        });
      }
      await this.#consoles.close();
      this.log.add('info', 'removed', 'Moved to the trash');
      await this.log.flush();
      const result = await move();
      this.#removed = true;
      return result;
    });
  }

  /** Runs `copy` with the settings as they are now, and keeps the files that they name until it is done. */
  async whileCopied<T>(copy: (settings: MachineSettings) => Promise<T>): Promise<T> {
    const settings = await this.#exclusively(async () => {
      this.#copies++;
      return this.settings;
    });
    try {
      return await copy(settings);
    } finally {
      this.#copies--;
    }
  }

  /** Has the guest set its clock to the host's, if it runs and something in it listens. */
  async setClock(after: 'the pause' | 'the computer slept'): Promise<void> {
    if (this.#state !== 'running') return;
    const set = (await this.#run?.machine?.setClock()) ?? false;
    if (set) this.log.add('info', 'clock-set', `The clock was set after ${after}`);
  }

  /** What its engine says that it used so far; undefined unless it runs. */
  sample(): Sample | undefined {
    const run = this.#run;
    if (!run?.machine) return undefined;
    const { cpuMs, memory } = run.machine.statistics();
    return { id: this.id, run, cores: run.settings.cores, memory, cpuMs };
  }

  async console(id: string): Promise<ConsoleHub> {
    this.#mustBeThere();
    return this.#consoles.open(id, this.view().consoles);
  }

  async input(console: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.console(console);
    const target = this.#run?.inputTo(console);
    if (!target) {
      throw new InnError(`“${this.settings.name}” does not run: nothing would read what you type`, {
        code: 'machine-not-running',
        nextStep: 'Start it first.',
      });
    }
    await sendInput(target, bytes, signal);
  }

  async resize(console: string, columns: number, rows: number): Promise<void> {
    (await this.console(console)).resized(columns, rows);
    this.#run?.machine?.resize(console, columns, rows);
  }

  // ------------------------------------------------------------------------------------------------- what runs it

  async #start(run: Run, context: OperationContext): Promise<void> {
    try {
      const files = await guestFiles(run, this.#around, context);
      await this.#exclusively(() => this.#begin(run, files, context));
    } catch (error) {
      await this.#queue.run(() => {
        this.#run = undefined;
        this.#enter(stateOnceIt(this.#state, 'notBegun'));
        run.isOver();
        if (context.signal.aborted) this.log.add('info', 'start-cancelled', 'The start was called off');
        else this.log.add('error', 'start-failed', `It could not be started: ${describeError(error)}`);
      });
      throw error;
    }
  }

  async #begin(run: Run, files: GuestFiles, context: OperationContext): Promise<void> {
    context.signal.throwIfAborted();
    context.mayCancel(false);
    context.report('Starting the machine', null);
    const { id, folder, log } = this;
    const launched = { id, folder, log, consoles: this.#consoles, onFirstOutput: () => this.#spoke(run) };
    const machine = await launch(run, files, this.#around, launched);
    this.log.add('info', 'started', 'Started');
    this.#enter(stateOnceIt(this.#state, 'began'));
    void machine.ended.then((end) => this.#queue.run(() => this.#finish(run, end)));
  }

  /** The guest said something for the first time. */
  #spoke(run: Run): void {
    const bootMs = Math.max(0, this.#around.now() - run.startedAt);
    void this.#queue
      .run(async () => {
        if (this.#run !== run) return;
        await this.#save({ bootMs });
        this.#around.changed(this.id);
      })
      .catch((error) => this.#couldNotSave(error));
  }

  /** Within the queue. What comes after the first time for the same run is nothing new. */
  async #finish(run: Run, end: MachineEnd): Promise<void> {
    if (this.#run !== run) return;
    const at = this.#around.now();
    const message = 'The emulator failed while this machine was running';
    const failure = end.kind === 'aborted' ? { message, report: end.report, at } : null;
    try {
      await this.#save({ failure, since: at });
      await this.#around.store.unmarkRunning(this.id);
    } catch (error) {
      this.#record = { ...this.#record, failure, since: at };
      this.#couldNotSave(error);
    }
    this.#run = undefined;
    this.#enter(stateOnceIt(this.#state, failure ? 'failed' : 'ended'));
    for (const line of run.lastNotes()) this.log.add('warning', 'guest-note', line);
    if (end.kind === 'aborted') this.log.add('error', 'aborted', `${message}: ${end.report}`);
    else if (end.code === 0) this.log.add('info', 'powered-off', 'Has ended');
    else this.log.add('warning', 'powered-off', `The guest ended with status ${end.code}`);
    await this.#consoles.flush();
    await this.#sweep();
    run.isOver();
  }

  #couldNotSave(error: unknown): void {
    this.log.add('error', 'not-saved', `How it fares could not be written: ${describeError(error)}`);
  }

  #act(action: Action, past: string, work: (machine: RunningMachine, run: Run) => Promise<void>): Promise<Machine> {
    return this.#exclusively(async () => {
      const next = stateAfter(this.settings.name, this.#state, action);
      const run = this.#theRun();
      const { machine } = run;
      if (!machine) throw new Error(`a machine that is ${this.#state} has no run`);
      // One that ends meanwhile may leave what it was asked for undone
      const end = await Promise.race([work(machine, run), machine.ended]);
      if (end) await this.#finish(run, end);
      else {
        this.log.add('info', past.toLowerCase(), past);
        this.#enter(next);
      }
      return this.view();
    });
  }

  #shutDown(seconds: number): Promise<{ operation: Operation; settled: Promise<unknown> }> {
    return this.#exclusively(async () => {
      const next = stateAfter(this.settings.name, this.#state, 'shutDown');
      const run = this.#theRun();
      if (this.#state === 'paused') run.machine?.resume();
      this.#enter(next);
      this.log.add('info', 'shutdown-asked', 'The guest was asked to shut down');
      const settled = Promise.withResolvers<void>();
      const operation = this.#operation('shut-down', true, async ({ signal, report }) => {
        try {
          report('Waiting for the guest to shut down', null);
          await askToShutDown(run, this.settings.name, seconds, signal);
        } finally {
          settled.resolve();
        }
      });
      return { operation, settled: settled.promise };
    });
  }

  // ------------------------------------------------------------------------------------------------- what is kept

  /** Within the queue. */
  async #change(changes: SettingsChange): Promise<void> {
    const { names, bounds, resolveFile } = this.#around;
    const before = this.settings;
    const wanted = wantedSettings(before, changes, bounds);
    if (wanted.name !== before.name) names.take(wanted.name, this.id);
    try {
      const change = await adoptChange(this.folder, before, wanted, changes.boot, resolveFile);
      if (change.fields.length === 0) return;
      try {
        await this.#save({ settings: change.settings, revision: this.#record.revision + 1 });
      } catch (error) {
        await change.dropped();
        throw error;
      }
      this.log.add('info', 'settings-changed', `Changed: ${change.fields.join(', ')}`);
      this.#around.changed(this.id);
      await this.#sweep();
    } finally {
      // The old name if all went well, the new one if not
      for (const name of [before.name, wanted.name]) names.drop(name, this.id, this.settings.name);
    }
  }

  async #save(change: Partial<MachineRecord>): Promise<void> {
    const record = { ...this.#record, ...change };
    await this.#around.store.save(this.id, record);
    this.#record = record;
  }

  /** What cannot be removed now is when the machine is loaded next. */
  async #sweep(): Promise<void> {
    if (this.#copies > 0) return;
    await sweepFiles(this.folder, [this.settings.boot, this.#run?.settings.boot]).catch(() => {});
  }

  #enter(state: MachineState): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#since = this.#around.now();
    }
    this.#around.changed(this.id);
  }

  #operation(
    kind: Operation['kind'],
    mayCancel: boolean,
    work: (context: OperationContext) => Promise<void>,
  ): Operation {
    return this.#around.operations.run({ kind, machine: this.id, subject: this.settings.name, mayCancel }, work);
  }

  #theRun(): Run {
    if (!this.#run) throw new Error(`a machine that is ${this.#state} has no run`);
    return this.#run;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.run(() => {
      this.#mustBeThere();
      return work();
    });
  }

  #mustBeThere(): void {
    if (this.#removed) throw machineNotFound(this.id);
  }
}

export function machineNotFound(id: string): InnError {
  return new InnError(`There is no machine ${id}`, {
    code: 'machine-not-found',
    nextStep: 'Look at the list of machines; it may have been removed.',
  });
}

function ifInnError(error: unknown): undefined {
  if (!isInnError(error)) throw error;
}
