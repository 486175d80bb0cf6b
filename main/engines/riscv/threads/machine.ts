/** A running machine: its memory, its threads, and what its owner can do with it. */
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describeError, InnError } from '../../../../shared/base/errors.ts';
import { formatBytes } from '../../../../shared/base/units.ts';
import { buildCore, type Core } from '../hart/core.ts';
import { HSM_STATE } from '../hart/hsm.ts';
import { prepareMemory } from '../hart/instance.ts';
import { openInterruptControllers, VIRTIO_DEVICES } from '../machine/board.ts';
import { type BootFiles, planBoot } from '../machine/boot-plan.ts';
import { AGENT_PORT, type BootConsole, type Channel, channelsOf } from '../machine/channels.ts';
import { openGuestRam, writtenPages } from '../memory/guest-ram.ts';
import {
  type Layout,
  layoutOf,
  MACHINE,
  MACHINE_COMMAND,
  MACHINE_MAILBOX,
  MAILBOX,
  MAX_HARTS,
  mailboxOf,
  PAGE_SIZE,
  WASM_PAGE,
} from '../memory/layout.ts';
import { openTimes } from './clock.ts';
import { openCompilePort } from './compile-thread.ts';
import { ConsoleTail } from './console-tail.ts';
import { Mailboxes } from './mailbox.ts';
import {
  type Checkpoint,
  type ClockKind,
  type ConsoleEvent,
  DEFAULT_JIT_THRESHOLD,
  type DeviceData,
  type FromThread,
  type HartData,
  type JitOptions,
  MESSAGE_COST,
  type RecordedInput,
} from './messages.ts';
import { seededBytes } from './seeded-bytes.ts';

export interface MachineOptions {
  /** 1 to 8; 1 where time is counted in instructions. */
  readonly harts: number;
  /** Guest RAM in bytes, rounded up to 64 KiB. */
  readonly ramSize: number;
  readonly clock: ClockKind;
  /** Reads what to boot; called at every start of the guest. The bytes are not looked at, and not kept, after that. */
  readonly loadFiles: () => BootFiles | Promise<BootFiles>;
  /** The kernel's command line. */
  readonly bootArguments: string;
  readonly transport: 'pci' | 'mmio';
  /** Where what is started speaks first: the UART, or the first virtio terminal. Output by the SBI goes there. */
  readonly console: BootConsole;
  /** Virtio terminals, 1 to 4: hvc0 and on. 1 if left out. */
  readonly terminals?: number;
  /** Whether there is a port for a guest agent. */
  readonly agent?: boolean;
  /**
   * Output of a console, or of the guest agent. `taken` says that it was written out; until then the guest can get at most
   * 256 KiB ahead on that channel. Linux' driver of hvc spins for room, so that a hart stands still while `taken` is awaited.
   */
  onOutput(channel: Channel, bytes: Uint8Array, taken: () => void): void;
  /** Something in the guest has opened the agent's port, or closed it; a machine that starts anew closes it. */
  onAgent?(open: boolean): void;
  /** The guest's console took input over; with counted time these calls are what a repeated run needs as `replay`. */
  onInputTaken?(input: RecordedInput): void;
  /** With counted time: what the machine's state is after every million instructions. Takes some milliseconds each time. */
  onCheckpoint?(checkpoint: Checkpoint): void;
  /** In the background if left out. Where time is counted, the background is no option: it is compiled at once then. */
  readonly jit?: JitOptions;
  /** What the guest did wrong, for a log. Rate-limited. */
  onNote?(text: string): void;
  /** The guest has been restarted at its own request. */
  onReset?(): void;
  /** With counted time: where random numbers start, and input to give at exactly these times instead of any other. */
  readonly seed?: number;
  readonly replay?: readonly RecordedInput[];
}

export type MachineEnd =
  /** `code` is what the guest gave the test finisher; 0 for a clean end. */
  | { readonly kind: 'powered-off'; readonly code: number }
  /** The emulator failed. `report` is for people. */
  | { readonly kind: 'aborted'; readonly report: string };

export interface HartStatistics {
  readonly steps: bigint;
  /** CPU time of the hart's thread in milliseconds. */
  readonly cpuMs: number;
  readonly state: 'running' | 'waiting' | 'stopped';
}

/** Since the machine was started or last reset, but for `earlier`. */
export interface MachineStatistics {
  readonly harts: readonly HartStatistics[];
  /** CPU time of the device thread in milliseconds. */
  readonly deviceCpuMs: number;
  /** All together, before the last reset. */
  readonly earlier: { readonly steps: bigint; readonly cpuMs: number };
}

/** Input that may wait for the guest to take it, in bytes. */
const INPUT_LIMIT = 64 * 1024;
/** How long the device thread may take to send its last output before it is ended by force, in milliseconds. */
const STOP_GRACE = 500;
const SEED_BYTES = 32;
/** The heap of each worker, in MiB: none needs much, and a leak should end in its own machine. */
const WORKER_HEAP = 128;
/** Nothing here makes garbage at a rate that would want more, in MiB. */
const WORKER_YOUNG_HEAP = 2;
/** Files of at least this many bytes are freed as soon as they are in guest RAM. */
const RELEASED_FROM = 64 * 1024;
const DEFAULT_SEED = 0x1bad5eed;

let core: (Core & { readonly module: WebAssembly.Module }) | undefined;

/** The generated hart, built once per process. */
function loadCore(): Core & { readonly module: WebAssembly.Module } {
  if (!core) {
    const built = buildCore();
    core = { ...built, module: new WebAssembly.Module(built.bytes) };
  }
  return core;
}

interface Threads {
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
  readonly mailboxes: Mailboxes;
  readonly device: Worker;
  readonly harts: readonly Worker[];
}

export class Machine {
  readonly ended: Promise<MachineEnd>;
  readonly #options: MachineOptions;
  #threads: Threads;
  #end: (end: MachineEnd) => void = () => {};
  #state: 'running' | 'paused' | 'ended' = 'running';
  /** Settles when the pause asked for last has come about or was called off. */
  #pausing: Promise<void> = Promise.resolve();
  #resetting: Promise<void> | undefined;
  readonly #channels: readonly Channel[];
  readonly #inputWaiting = new Map<Channel, number>();
  readonly #sizes = new Map<Channel, { readonly columns: number; readonly rows: number }>();
  #earlier: MachineStatistics['earlier'] = { steps: 0n, cpuMs: 0 };
  readonly #tail = new ConsoleTail();

  private constructor(options: MachineOptions, files: BootFiles) {
    this.#options = options;
    this.#channels = channelsOf({ terminals: options.terminals ?? 1, agent: options.agent ?? false });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#threads = this.#launch(files);
  }

  /**
   * Starts a machine. Throws an `InnError`: `harts-out-of-range`, `memory-too-large`, or what `planBoot` throws.
   */
  static async start(options: MachineOptions): Promise<Machine> {
    const most = options.clock === 'instructions' ? 1 : MAX_HARTS;
    if (!Number.isInteger(options.harts) || options.harts < 1 || options.harts > most) {
      throw new InnError(`A machine cannot have ${options.harts} harts`, {
        code: 'harts-out-of-range',
        nextStep:
          most === 1 ? 'With time counted in instructions there is one hart.' : `Ask for 1 to ${MAX_HARTS} cores.`,
      });
    }
    return new Machine(options, await options.loadFiles());
  }

  /** Sends bytes to a console of the guest. They wait until the guest takes them; see `inputRoom`. */
  input(channel: Channel, bytes: Uint8Array): void {
    if (this.#state === 'ended' || bytes.length === 0 || !this.#takesInput(channel)) return;
    this.#inputWaiting.set(channel, this.#waiting(channel) + bytes.length);
    this.#tellDevice({ kind: 'input', channel, bytes });
  }

  /** False while so much input waits for that console that its source had better be held back. */
  inputRoom(channel: Channel): boolean {
    return this.#waiting(channel) < INPUT_LIMIT;
  }

  /** Tells a console of the guest how large its terminal is, in characters. */
  resize(channel: Channel, columns: number, rows: number): void {
    this.#sizes.set(channel, { columns, rows });
    if (this.#state === 'ended' || !this.#takesInput(channel)) return;
    this.#tellDevice({ kind: 'resize', channel, columns, rows });
  }

  #waiting(channel: Channel): number {
    return this.#inputWaiting.get(channel) ?? 0;
  }

  #takesInput(channel: Channel): boolean {
    return !this.#options.replay && this.#channels.includes(channel);
  }

  /** Stops all harts; returns when none executes any more. The machine's time stands still. */
  pause(): Promise<void> {
    if (this.#state === 'running') {
      this.#state = 'paused';
      this.#pausing = this.#stopHarts(this.#threads);
    }
    return this.#pausing;
  }

  async #stopHarts(threads: Threads): Promise<void> {
    const { memory, mailboxes, layout } = threads;
    const calledOff = () => this.#state !== 'paused' || this.#threads !== threads;
    for (let hart = 0; hart < layout.harts; hart++) mailboxes.grant(hart, false);
    for (let hart = 0; hart < layout.harts; hart++) {
      while (!mailboxes.isParked(hart)) {
        await delay(1);
        if (calledOff()) return;
      }
    }
    openTimes(memory).stop();
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    const { memory, mailboxes, layout } = this.#threads;
    openTimes(memory).resume();
    mailboxes.ringDoorbell();
    for (let hart = 0; hart < layout.harts; hart++) mailboxes.grant(hart, true);
  }

  /** Power off and on again, with fresh memory. Where that fails the machine ends as `aborted`, and this throws. */
  reset(): Promise<void> {
    this.#resetting ??= this.#restart().finally(() => {
      this.#resetting = undefined;
    });
    return this.#resetting;
  }

  async #restart(): Promise<void> {
    if (this.#isEnded()) return;
    await stopThreads(this.#threads);
    try {
      const files = await this.#options.loadFiles();
      if (this.#isEnded()) return;
      this.#state = 'running';
      this.#earlier = totalOf(this.statistics());
      this.#inputWaiting.clear();
      this.#options.onAgent?.(false);
      this.#threads = this.#launch(files);
    } catch (error) {
      this.#abort(`The machine could not be started again: ${describeError(error)}`);
      throw error;
    }
  }

  /** Ends the machine at once; the guest is not asked. */
  async powerOff(): Promise<void> {
    await this.#finish({ kind: 'powered-off', code: 0 });
  }

  statistics(): MachineStatistics {
    const { memory, mailboxes, layout } = this.#threads;
    const view = new DataView(memory.buffer);
    const harts = Array.from({ length: layout.harts }, (_, hart): HartStatistics => {
      const stopped = mailboxes.get(hart) === HSM_STATE.STOPPED;
      return {
        steps: view.getBigUint64(mailboxOf(hart) + MAILBOX.steps64, true),
        cpuMs: Number(view.getBigUint64(mailboxOf(hart) + MAILBOX.cpuTime64, true)) / 1e6,
        state: stopped ? 'stopped' : mailboxes.isParked(hart) ? 'waiting' : 'running',
      };
    });
    const deviceNanoseconds = view.getBigUint64(MACHINE_MAILBOX + MACHINE.deviceCpuTime64, true);
    return { harts, deviceCpuMs: Number(deviceNanoseconds) / 1e6, earlier: this.#earlier };
  }

  /** Bytes of guest RAM that were written to since the start or the last reset, by whomever; in whole pages. */
  memoryWritten(): number {
    const { memory, layout } = this.#threads;
    return writtenPages(memory, layout) * PAGE_SIZE;
  }

  #isEnded(): boolean {
    return this.#state === 'ended';
  }

  #launch(files: BootFiles): Threads {
    const options = this.#options;
    const { module, csrIndex } = loadCore();
    const { memory, layout } = allocate(options.harts, options.ramSize);
    const seed = options.seed ?? DEFAULT_SEED;
    const rngSeed = new Uint8Array(SEED_BYTES);
    if (options.clock === 'instructions') seededBytes(seed)(rngSeed);
    else crypto.getRandomValues(rngSeed);
    const plan = planBoot(
      {
        harts: options.harts,
        ramSize: layout.ramSize,
        virtioMmioSlots: options.transport === 'mmio' ? VIRTIO_DEVICES.map((_, slot) => slot) : [],
        pci: options.transport === 'pci',
        bootArguments: options.bootArguments,
        rngSeed,
        consoleOnUart: options.console === 'ttyS0',
      },
      files,
    );
    prepareMemory(memory, layout, csrIndex);
    const controllers = openInterruptControllers(memory, layout.harts, () => 0n);
    controllers.plic.reset();
    controllers.clint.reset();
    const ram = openGuestRam(memory, layout);
    for (const { address, bytes } of plan.writes) ram.span(address, bytes.length, 'write')?.set(bytes);
    for (const file of Object.values(files)) release(file.bytes);

    const mailboxes = new Mailboxes(memory);
    openTimes(memory).begin();
    plan.harts.forEach((start, hart) => {
      mailboxes.store(hart, 'hsm', start.kind === 'running' ? HSM_STATE.STARTED : HSM_STATE.STOPPED);
      mailboxes.grant(hart, true);
    });
    const common = { memory, layout, clock: options.clock };
    const checkpoints = options.clock === 'instructions' && options.onCheckpoint !== undefined;
    const deviceData: DeviceData = {
      ...common,
      transport: options.transport,
      channels: this.#channels,
      seed,
      ...(options.replay && { replay: options.replay }),
    };
    const device = this.#spawn('device', deviceData, mailboxes);
    const jit = jitOf(options);
    const harts = plan.harts.map((start, index) => {
      const data: HartData = {
        ...common,
        index,
        module,
        sbi: plan.sbi,
        start,
        console: options.console,
        checkpoints,
        jit,
        ...(jit.kind === 'background' && { compilePort: openCompilePort() }),
      };
      return this.#spawn('hart', data, mailboxes);
    });
    const threads = { memory, layout, mailboxes, device, harts };
    for (const [channel, size] of this.#sizes) {
      if (!this.#takesInput(channel)) continue;
      device.postMessage({ kind: 'resize', channel, ...size } satisfies ConsoleEvent);
      mailboxes.ringDoorbell();
    }
    return threads;
  }

  #spawn(name: 'hart' | 'device', workerData: HartData | DeviceData, mailboxes: Mailboxes): Worker {
    // Run from sources the file ends in .ts, from a build in .js
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
    const worker = new Worker(new URL(`./${name}.worker${extension}`, import.meta.url), {
      workerData,
      transferList: 'compilePort' in workerData && workerData.compilePort ? [workerData.compilePort] : [],
      name,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP, maxYoungGenerationSizeMb: WORKER_YOUNG_HEAP },
    });
    worker.on('message', (message: FromThread) => {
      if (this.#threads.mailboxes === mailboxes) this.#onMessage(message);
    });
    worker.on('error', (error) => {
      if (this.#threads.mailboxes === mailboxes) this.#abort(`The thread of a ${name} failed: ${error.stack ?? error}`);
    });
    return worker;
  }

  #onMessage(message: FromThread): void {
    switch (message.kind) {
      case 'output':
        this.#onOutput(message.channel, message.bytes);
        return;
      case 'agent':
        this.#taken(AGENT_PORT, 0);
        this.#options.onAgent?.(message.open);
        return;
      case 'taken': {
        const { input } = message;
        if (input.kind === 'input') {
          this.#inputWaiting.set(input.channel, this.#waiting(input.channel) - input.bytes.length);
        }
        this.#options.onInputTaken?.(input);
        return;
      }
      case 'checkpoint':
        this.#options.onCheckpoint?.(message.checkpoint);
        return;
      case 'finished':
        if (message.how === 'reset') {
          this.reset().then(
            () => this.#options.onReset?.(),
            () => {
              // It has ended the machine, with a report
            },
          );
        } else {
          void this.#finish({ kind: 'powered-off', code: message.code });
        }
        return;
      case 'fault':
        this.#abort(message.report);
        return;
      case 'note':
        this.#options.onNote?.(message.text);
        return;
    }
  }

  #onOutput(channel: Channel, bytes: Uint8Array): void {
    const threads = this.#threads;
    if (channel !== AGENT_PORT) this.#tail.add(bytes);
    this.#options.onOutput(channel, bytes, () => this.#taken(channel, bytes.length, threads));
  }

  /** A message of a channel, with so many bytes, is dealt with. */
  #taken(channel: Channel, bytes: number, { mailboxes } = this.#threads): void {
    mailboxes.addInFlight(channel, -bytes - MESSAGE_COST);
    mailboxes.ringDoorbell();
  }

  #abort(report: string): void {
    void this.#finish({ kind: 'aborted', report: `${report}\n\nLast lines of the console:\n${this.#tail.lines()}\n` });
  }

  async #finish(end: MachineEnd): Promise<void> {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    await stopThreads(this.#threads);
    this.#end(end);
  }

  #tellDevice(message: ConsoleEvent): void {
    this.#threads.device.postMessage(message);
    this.#threads.mailboxes.ringDoorbell();
  }
}

/** Background compilation ends when it ends, and so a run in which time is counted would not repeat. */
function jitOf({ jit = { kind: 'background', threshold: DEFAULT_JIT_THRESHOLD }, clock }: MachineOptions): JitOptions {
  return jit.kind === 'background' && clock === 'instructions' ? { ...jit, kind: 'sync' } : jit;
}

/** Of the whole machine since it was started. */
export function totalOf({ harts, deviceCpuMs, earlier }: MachineStatistics): MachineStatistics['earlier'] {
  return {
    steps: harts.reduce((sum, hart) => sum + hart.steps, earlier.steps),
    cpuMs: harts.reduce((sum, hart) => sum + hart.cpuMs, earlier.cpuMs + deviceCpuMs),
  };
}

/**
 * Gives memory back at once, which a garbage collection would do at some later time: kernels are large. Small buffers stay,
 * for they may be slices of a pool that others use too.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (byteLength < RELEASED_FROM || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/**
 * Asks all threads to end, and ends those that do not hear. The device thread is let finish, for it has the last output; a
 * hart may wait for an answer that will not come. What they sent has arrived when this returns.
 */
async function stopThreads({ mailboxes, device, harts, layout }: Threads): Promise<void> {
  mailboxes.command = MACHINE_COMMAND.stop;
  const finished = new Promise((resolve) => {
    if (device.threadId === -1) resolve(undefined);
    else device.once('exit', resolve);
  });
  for (let hart = 0; hart < layout.harts; hart++) mailboxes.grant(hart, true);
  mailboxes.ringDoorbell();
  await Promise.race([finished, delay(STOP_GRACE)]);
  await Promise.all([device, ...harts].map((worker) => worker.terminate()));
}

function allocate(harts: number, ramSize: number): { memory: WebAssembly.Memory; layout: Layout } {
  try {
    const layout = layoutOf(harts, Math.ceil(ramSize / WASM_PAGE) * WASM_PAGE);
    const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages, shared: true });
    return { memory, layout };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InnError(`A machine with ${formatBytes(ramSize)} of memory cannot be had: ${error.message}`, {
      code: 'memory-too-large',
      nextStep: 'Give it less (a machine can have up to about 3.7 GiB), or end other machines first.',
      cause: error,
    });
  }
}
