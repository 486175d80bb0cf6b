/**
 * A machine for people who look inside: all harts and devices in this thread, by turns, so that everything can be stopped
 * between any two instructions. Slower than one with threads, and the same in all else.
 */
import { randomFillSync } from 'node:crypto';
import type { ByteSink } from '../devices/device.ts';
import { HartLines } from '../devices/hart-lines.ts';
import { buildCore } from '../hart/core.ts';
import { HSM_STATE } from '../hart/hsm.ts';
import { Hart, prepareMemory } from '../hart/instance.ts';
import { enterFirmware, enterSupervisor } from '../hart/start.ts';
import { ENVCFG, IRQ, MODE, TIMEBASE_HZ } from '../isa/csr.ts';
import {
  type Board,
  buildBoard,
  type InterruptControllers,
  openInterruptControllers,
  VIRTIO_DEVICES,
} from '../machine/board.ts';
import { type BootFiles, type HartStart, planBoot } from '../machine/boot-plan.ts';
import { type BootConsole, channelsOf } from '../machine/channels.ts';
import { type GuestRam, openGuestRam } from '../memory/guest-ram.ts';
import { CLINT_BASE, CLINT_STRIDE, EXIT, type Layout, layoutOf, WASM_PAGE } from '../memory/layout.ts';
import { Mailboxes } from '../threads/mailbox.ts';
import { seededBytes } from '../threads/seeded-bytes.ts';
import { Breakpoints } from './breakpoints.ts';
import { countedClock, type DebugClock, wallClock } from './clock.ts';
import { type Firmware, openFirmware } from './firmware.ts';

export interface DebugMachineOptions {
  readonly harts: number;
  /** Bytes. */
  readonly ramSize: number;
  readonly clock: 'wall' | 'instructions';
  readonly files: BootFiles;
  readonly bootArguments: string;
  readonly transport: 'pci' | 'mmio';
  /** Where `input` goes. Output of all consoles arrives. */
  readonly console: BootConsole;
  /** `taken` says that it was written out: until then the guest can get 256 KiB ahead. */
  onOutput(bytes: Uint8Array, taken: () => void): void;
}

/** Why a run is over. `hart` is the one that it was about. */
export type Stop =
  | { readonly kind: 'breakpoint'; readonly hart: number }
  | { readonly kind: 'step'; readonly hart: number }
  | { readonly kind: 'powered-off'; readonly code: number };

const NANOSECONDS_PER_TICK = 1e9 / TIMEBASE_HZ;
const NEVER = 0xffff_ffff_ffff_ffffn;
/** Instructions that a hart executes before it is the next one's turn. */
const TURN = 4096;
const OUTPUT_LIMIT = 256 * 1024;
const SEED = 0x1bad5eed;
const RNG_SEED_BYTES = 32;
const CHANNELS = channelsOf({ terminals: 1, agent: false });

export class DebugMachine {
  readonly breakpoints = new Breakpoints();
  readonly #options: DebugMachineOptions;
  readonly #module: WebAssembly.Module;
  readonly #csrIndex: Uint8Array;
  readonly #clock: DebugClock;
  #memory!: WebAssembly.Memory;
  #layout!: Layout;
  #ram!: GuestRam;
  #harts: Hart[] = [];
  #board!: Board;
  #mailboxes!: Mailboxes;
  #controllers!: InterruptControllers;
  #firmware!: Firmware;
  /** WFI, and nothing has happened since. */
  #waiting: boolean[] = [];
  /** Instructions of harts before their last reset, so that time never goes back. */
  #executedBefore = 0;
  #inFlight = 0;
  #ended: { readonly how: 'powered-off' | 'reset'; readonly code: number } | undefined;
  #input: Uint8Array[] = [];

  /** Switched on, and stopped at the first instruction. Throws what `planBoot` throws. */
  constructor(options: DebugMachineOptions) {
    this.#options = options;
    const core = buildCore();
    this.#module = new WebAssembly.Module(core.bytes);
    this.#csrIndex = core.csrIndex;
    this.#clock = options.clock === 'wall' ? wallClock() : countedClock();
    this.#powerOn();
  }

  get harts(): readonly Hart[] {
    return this.#harts;
  }
  get ram(): GuestRam {
    return this.#ram;
  }
  /** False for a hart that the guest has not started, or has stopped. */
  isStarted(hart: number): boolean {
    return this.#mailboxes.get(hart) !== HSM_STATE.STOPPED;
  }
  isWaiting(hart: number): boolean {
    return this.#waiting[hart] === true;
  }
  /** Instructions executed by all harts together. */
  get executed(): number {
    return this.#harts.reduce((sum, hart) => sum + hart.stepsNow(), this.#executedBefore);
  }
  /** False while so much output waits to be written that the machine should not run. */
  get outputRoom(): boolean {
    return this.#inFlight < OUTPUT_LIMIT;
  }

  input(bytes: Uint8Array): void {
    this.#input.push(bytes);
    this.#deliverInput();
  }

  resize(columns: number, rows: number): void {
    this.#board.resize(this.#options.console, columns, rows);
  }

  /** Memory was changed from outside: every hart looks again at what it has decoded. */
  memoryChanged(): void {
    for (const hart of this.#harts) hart.fence(true, false);
  }

  /** Power off and on again. Breakpoints stay. */
  reset(): void {
    this.#powerOn();
  }

  /** Has `hart` execute one instruction, whatever it waits for; a trap counts as one. */
  step(hart: number): Stop {
    this.#clock.running(true);
    try {
      this.#tick();
      this.#waiting[hart] = false;
      if (this.isStarted(hart)) this.breakpoints.lifted(hart, () => this.#turn(this.#hartAt(hart), 1));
      return this.#end() ?? { kind: 'step', hart };
    } finally {
      this.#clock.running(false);
    }
  }

  /**
   * Runs all harts for about `fuel` instructions of each, or until something stops them: then the answer says what. A
   * breakpoint under a hart's pc stops it only when it comes there again, as `passing` says. With one hart `fuel` is exact.
   * A number is for how many milliseconds all harts have nothing to do.
   */
  run(fuel: number, passing: boolean): Stop | number | undefined {
    this.#clock.running(true);
    try {
      if (passing) {
        const stop = this.#passBreakpoints();
        if (stop) return stop;
      }
      for (let left = fuel; left > 0; left -= TURN) {
        this.#tick();
        let busy = false;
        for (const hart of this.#harts) {
          if (!this.#isRunnable(hart)) continue;
          busy = true;
          const stop = this.#turn(hart, Math.min(left, TURN)) ?? this.#end();
          if (stop) return stop;
        }
        if (!busy) {
          const wait = this.#clock.idle(this.#earliest(), this.executed);
          if (wait > 0) return wait;
        }
        if (!this.outputRoom) return 1;
      }
      return undefined;
    } finally {
      this.#clock.running(false);
    }
  }

  #passBreakpoints(): Stop | undefined {
    for (const hart of this.#harts) {
      if (!this.breakpoints.addresses.has(BigInt.asUintN(64, hart.get('pc'))) || !this.#isRunnable(hart)) continue;
      this.breakpoints.lifted(hart.index, () => this.#turn(hart, 1));
      const end = this.#end();
      if (end) return end;
    }
    return undefined;
  }

  /** Up to `fuel` instructions of one hart. */
  #turn(hart: Hart, fuel: number): Stop | undefined {
    const first = hart.stepsNow();
    for (;;) {
      this.#carryOutFences(hart);
      const left = fuel - (hart.stepsNow() - first);
      if (left <= 0 || this.#ended) return undefined;
      switch (hart.run(left, this.#ticks())) {
        case EXIT.slice:
          break;
        case EXIT.wfi:
          this.#waiting[hart.index] = true;
          Atomics.store(this.#mailboxes.words, Mailboxes.indexOf(hart.index, 'attention'), 0);
          if (!this.#isRunnable(hart)) return undefined;
          break;
        case EXIT.firmware:
          this.#firmware.call(hart);
          if (!this.isStarted(hart.index)) return undefined;
          break;
        case EXIT.pause:
          switch (this.breakpoints.hit(hart)) {
            case 'breakpoint':
              return { kind: 'breakpoint', hart: hart.index };
            case 'false':
              this.breakpoints.lifted(hart.index, () => this.#turn(hart, 1));
              break;
            case 'none':
              break;
          }
          break;
      }
    }
  }

  /** What a poweroff or reset under way leads to. */
  #end(): Stop | undefined {
    const ended = this.#ended;
    if (!ended) return undefined;
    if (ended.how === 'powered-off') return { kind: 'powered-off', code: ended.code };
    this.#powerOn();
    return undefined;
  }

  /** Whether the hart has something to do; one that waits is woken where an interrupt is pending and enabled. */
  #isRunnable(hart: Hart): boolean {
    if (!this.isStarted(hart.index)) return false;
    if (!this.#waiting[hart.index]) return true;
    const lines = this.#mailboxes.load(hart.index, 'lines');
    const due = this.#deadline(hart) <= this.#ticks() ? (1 << IRQ.sti) | (1 << IRQ.mti) : 0;
    const pending = Number(hart.get('mip')) | lines | due;
    if ((pending & Number(hart.get('mie'))) === 0) return false;
    this.#waiting[hart.index] = false;
    return true;
  }

  /** Ticks at which the hart's next timer interrupt is due. */
  #deadline(hart: Hart): number {
    const view = new DataView(this.#memory.buffer);
    const mtimecmp = view.getBigUint64(CLINT_BASE + hart.index * CLINT_STRIDE, true);
    const stimecmp = (hart.get('menvcfg') & ENVCFG.STCE) !== 0n ? hart.get('stimecmp') : NEVER;
    const first = mtimecmp < stimecmp ? mtimecmp : stimecmp;
    return first === NEVER ? Number.POSITIVE_INFINITY : Number(first);
  }

  /** Nanoseconds at which a hart or device next wants to do something. */
  #earliest(): number {
    const started = this.#harts.filter((hart) => this.isStarted(hart.index));
    return Math.min(
      ...started.map((hart) => Math.ceil(this.#deadline(hart)) * NANOSECONDS_PER_TICK),
      ...this.#board.timed.map((timed) => Number(timed.deadline() ?? Number.POSITIVE_INFINITY)),
    );
  }

  #ticks(): number {
    return this.#nanoseconds() / NANOSECONDS_PER_TICK;
  }

  #nanoseconds(): number {
    return this.#clock.now(this.executed);
  }

  #tick(): void {
    for (const timed of this.#board.timed) timed.tick();
    if (this.outputRoom) for (const channel of CHANNELS) this.#board.resume(channel);
    this.#deliverInput();
  }

  #deliverInput(): void {
    for (let bytes = this.#input[0]; bytes; bytes = this.#input[0]) {
      const taken = this.#board.input(this.#options.console, bytes);
      if (taken < bytes.length) {
        this.#input[0] = bytes.subarray(taken);
        return;
      }
      this.#input.shift();
    }
  }

  #hartAt(index: number): Hart {
    const hart = this.#harts[index];
    if (!hart) throw new RangeError(`There is no hart ${index}`);
    return hart;
  }

  #carryOutFences(hart: Hart): void {
    const fences = Atomics.exchange(this.#mailboxes.words, Mailboxes.indexOf(hart.index, 'fence'), 0);
    if (fences !== 0) hart.fence((fences & 1) !== 0, (fences & 2) !== 0);
  }

  #powerOn(): void {
    const options = this.#options;
    this.#executedBefore = this.executed;
    const layout = layoutOf(options.harts, Math.ceil(options.ramSize / WASM_PAGE) * WASM_PAGE);
    const memory = new WebAssembly.Memory({ initial: layout.wasmPages, maximum: layout.wasmPages, shared: true });
    const entropy =
      options.clock === 'instructions' ? seededBytes(SEED) : (into: Uint8Array) => void randomFillSync(into);
    const rngSeed = new Uint8Array(RNG_SEED_BYTES);
    entropy(rngSeed);
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
      options.files,
    );
    prepareMemory(memory, layout, this.#csrIndex);
    this.#memory = memory;
    this.#layout = layout;
    this.#ram = openGuestRam(memory, layout);
    this.#mailboxes = new Mailboxes(memory);
    this.#ended = undefined;
    this.#input = [];
    this.#waiting = plan.harts.map(() => false);
    for (const { address, bytes } of plan.writes) this.#ram.span(address, bytes.length, 'write')?.set(bytes);
    this.breakpoints.attach(memory, layout);
    const sink: ByteSink = { write: (bytes) => this.#output(bytes) };
    this.#board = buildBoard({
      memory,
      layout,
      transport: options.transport,
      channels: CHANNELS,
      clock: {
        nanoseconds: () => BigInt(Math.floor(this.#nanoseconds())),
        timeOfDay: () => BigInt(Date.now()) * 1_000_000n,
      },
      sink: () => sink,
      onRoom: () => this.#deliverInput(),
      entropy,
      finish: ({ kind, code }) => this.#finish(kind === 'reset' ? 'reset' : 'powered-off', code),
      note: () => {},
    });
    this.#controllers = openInterruptControllers(memory, options.harts, () => BigInt(Math.floor(this.#ticks())));
    this.#harts = [];
    this.#harts = plan.harts.map((_, index) => this.#makeHart(index));
    this.#firmware = openFirmware({
      ram: this.#ram,
      harts: this.#harts,
      mailboxes: this.#mailboxes,
      lines: new HartLines(memory),
      write: (bytes) => this.#output(bytes),
      finish: (how, code) => this.#finish(how, code),
    });
    for (const [index, start] of plan.harts.entries()) this.#enter(this.#hartAt(index), start);
  }

  #makeHart(index: number): Hart {
    const { bus } = this.#controllers;
    return new Hart(this.#module, this.#memory, this.#layout, index, {
      load: (address, size) => bus.read(address, size) ?? this.#board.bus.read(address, size),
      store: (address, size, value) => bus.write(address, size, value) || this.#board.bus.write(address, size, value),
      now: () => this.#ticks(),
      substitute: (word, offset, record) => this.breakpoints.substitute(index, word, offset, record),
    });
  }

  #enter(hart: Hart, start: HartStart): void {
    this.#mailboxes.store(hart.index, 'hsm', start.kind === 'running' ? HSM_STATE.STARTED : HSM_STATE.STOPPED);
    if (start.kind === 'stopped') return;
    const entry = { pc: BigInt(start.pc), arguments: [BigInt(start.a0), BigInt(start.a1), BigInt(start.a2)] };
    if (start.mode === MODE.M) enterFirmware(hart, entry);
    else enterSupervisor(hart, entry);
  }

  #finish(how: 'powered-off' | 'reset', code: number): void {
    this.#ended ??= { how, code };
    // The instruction that did it is the last one.
    for (const hart of this.#harts) hart.set32('exit', EXIT.slice);
  }

  #output(bytes: Uint8Array): number {
    if (!this.outputRoom) return 0;
    const copy = bytes.slice();
    this.#inFlight += copy.length;
    this.#options.onOutput(copy, () => {
      this.#inFlight -= copy.length;
    });
    return copy.length;
  }
}
