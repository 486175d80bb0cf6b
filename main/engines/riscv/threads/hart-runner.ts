/** What the thread of a hart does: runs it slice by slice, and between slices whatever others asked of it. */
import { threadCpuUsage } from 'node:process';
import type { Bus } from '../devices/bus.ts';
import { moveHart } from '../hart/hsm.ts';
import { Hart, type HotCodeListener } from '../hart/instance.ts';
import { callSbi, SBI_RESET_REASON, SBI_RESET_TYPE, type SbiHost, type SbiResult } from '../hart/sbi.ts';
import { enterFirmware, enterSupervisor } from '../hart/start.ts';
import { CAUSE, ENVCFG, IRQ, MODE } from '../isa/csr.ts';
import { SyncCompiler } from '../jit/sync-compiler.ts';
import { openInterruptControllers } from '../machine/board.ts';
import { openGuestRam } from '../memory/guest-ram.ts';
import { CLINT_BASE, CLINT_STRIDE, EXIT, HART_STATE, MACHINE_COMMAND, MAILBOX, mailboxOf } from '../memory/layout.ts';
import { BackgroundCompiler } from './background-compiler.ts';
import {
  type MachineTimes,
  NANOSECONDS_PER_INSTRUCTION,
  NANOSECONDS_PER_TICK,
  openTimes,
  TICKS_PER_MILLISECOND,
} from './clock.ts';
import { MachineDigest } from './digest.ts';
import { withReturns } from './line-ends.ts';
import { Mailboxes, MmioSlot } from './mailbox.ts';
import { type FromThread, type HartData, MESSAGE_COST, OUTPUT_LIMIT } from './messages.ts';
import { RemoteFences } from './remote-fences.ts';

/**
 * Instructions between looks at the mailbox: some 50 us of host time in compiled code, 200 us in the interpreter. It bounds how late interrupts and remote fences from
 * other threads are noticed, and costs well under 1 %.
 */
const SLICE = 65536;
/** Slices between reports of CPU time and instruction counts, which take system calls: every 10 ms or so. */
const REPORT_EVERY = 64;
/** Slices between looks for compiled code. */
const EXCHANGE_EVERY = 4;
/** With time counted in instructions, input is taken at multiples of this and when the hart is idle; also checkpoints. */
const SYNC_EVERY = 1_000_000;
/** How long a hart with console output sleeps before it looks again whether there is room, in milliseconds. */
const ROOM_POLL = 100;
const MAX_TIMEOUT = 2 ** 31 - 1;
const A0 = 10;
const A1 = 11;
const MTI = 1n << BigInt(IRQ.mti);
const STI = 1n << BigInt(IRQ.sti);
const NEVER = 0xffff_ffff_ffff_ffffn;

export class HartRunner {
  readonly hart: Hart;
  readonly #data: HartData;
  readonly #post: (message: FromThread) => void;
  readonly #mailboxes: Mailboxes;
  readonly #slot: MmioSlot;
  readonly #times: MachineTimes;
  readonly #view: DataView;
  readonly #fences: RemoteFences;
  readonly #controllers: Bus;
  readonly #sbi: SbiHost;
  readonly #counted: boolean;
  readonly #digest: MachineDigest | undefined;
  readonly #compiler: Pick<HotCodeListener, 'hot'> | undefined;
  readonly #background: BackgroundCompiler | undefined;
  /** Nanoseconds that a hart with counted time has skipped while idle. */
  #idle = 0;
  #nextSync = SYNC_EVERY;
  #ended = false;

  constructor(data: HartData, post: (message: FromThread) => void) {
    const { memory, layout, index } = data;
    this.#data = data;
    this.#post = post;
    this.#mailboxes = new Mailboxes(memory);
    this.#slot = new MmioSlot(this.#mailboxes, index);
    this.#times = openTimes(memory);
    this.#view = new DataView(memory.buffer);
    this.#counted = data.clock === 'instructions';
    const { bus } = openInterruptControllers(memory, layout.harts, () => BigInt(Math.floor(this.#now())));
    this.#controllers = bus;
    const compiler: HotCodeListener = {
      threshold: data.jit.threshold,
      hot: (slot, offset) => this.#compiler?.hot(slot, offset),
    };
    this.hart = new Hart(data.module, memory, layout, index, {
      ...(data.jit.kind !== 'off' && { compiler }),
      load: (address, size) => this.#controllers.read(address, size) ?? this.#ask('read', address, size, 0),
      store: (address, size, value) =>
        this.#controllers.write(address, size, value) || this.#ask('write', address, size, value) !== undefined,
      now: () => this.#now(),
    });
    if (data.jit.kind === 'sync') {
      const sync = new SyncCompiler(data.jit.threshold);
      sync.bind(this.hart.code);
      this.#compiler = sync;
    } else if (data.compilePort) {
      this.#background = new BackgroundCompiler(this.hart.code, data.compilePort);
      this.#compiler = this.#background;
    }
    this.#fences = new RemoteFences(this.#mailboxes, this.hart);
    this.#sbi = this.#sbiHost();
    this.#digest = data.checkpoints ? new MachineDigest(memory, layout, this.hart) : undefined;
  }

  /** Runs until the machine ends. Throws on a fault of the emulator. */
  run(): void {
    const { start } = this.#data;
    if (start.kind === 'running') {
      const entry = { pc: BigInt(start.pc), arguments: [BigInt(start.a0), BigInt(start.a1), BigInt(start.a2)] };
      if (start.mode === MODE.M) enterFirmware(this.hart, entry);
      else enterSupervisor(this.hart, entry);
    } else {
      this.#awaitStart();
    }
    this.#mailboxes.store(this.#data.index, 'state', HART_STATE.running);
    for (let slices = 0; !this.#ended; slices++) {
      this.#lookAtMailbox();
      if (this.#ended) return;
      if (slices % REPORT_EVERY === 0) this.#report();
      if (slices % EXCHANGE_EVERY === 0) this.#background?.exchange();
      this.#afterSlice(this.hart.run(this.#sliceFuel(), this.#now()));
    }
  }

  #afterSlice(exit: number): void {
    if (this.#counted && this.hart.stepsNow() >= this.#nextSync) {
      this.#syncInput(false);
      this.#checkpoint();
    }
    switch (exit) {
      case EXIT.slice:
      case EXIT.pause:
        return;
      case EXIT.wfi:
        this.#idleUntilInterrupt();
        return;
      case EXIT.firmware:
        this.#firmware();
        return;
      default:
        throw new Error(`the interpreter left its loop for the unknown reason ${exit}`);
    }
  }

  // Time

  /** The machine's time in ticks. */
  #now(): number {
    return this.#counted
      ? this.#countedNanoseconds() / NANOSECONDS_PER_TICK
      : this.#times.wall() * TICKS_PER_MILLISECOND;
  }

  #countedNanoseconds(): number {
    return this.hart.stepsNow() * NANOSECONDS_PER_INSTRUCTION + this.#idle;
  }

  /** Counted time stops exactly where a timer is due or input may be taken; wall time anywhere near. */
  #sliceFuel(): number {
    if (!this.#counted) return SLICE;
    const steps = this.hart.stepsNow();
    const toSync = this.#nextSync - steps;
    const ticks = this.#deadline(MTI | STI) - BigInt(Math.floor(this.#now()));
    const toTimer =
      ticks > BigInt(SLICE) ? SLICE : Number(ticks) * (NANOSECONDS_PER_TICK / NANOSECONDS_PER_INSTRUCTION);
    return Math.max(1, Math.min(SLICE, toSync, toTimer > 0 ? toTimer : SLICE));
  }

  /** When the next of the timers is due whose interrupts are in `wanted`, bits as in mie; in ticks. */
  #deadline(wanted: bigint): bigint {
    const { hart } = this;
    const sstc = (hart.get('menvcfg') & ENVCFG.STCE) !== 0n;
    const mtimecmp = this.#view.getBigUint64(CLINT_BASE + this.#data.index * CLINT_STRIDE, true);
    const machine = (wanted & MTI) !== 0n ? mtimecmp : NEVER;
    const supervisor = (wanted & STI) !== 0n && sstc ? hart.get('stimecmp') : NEVER;
    return machine < supervisor ? machine : supervisor;
  }

  /** Whether what WFI waits for is there: an interrupt that is pending and enabled in mie, whatever mstatus and mode. */
  #interruptPending(): boolean {
    const { hart } = this;
    const enabled = hart.get('mie');
    const pending = hart.get('mip') | BigInt(this.#mailboxes.load(this.#data.index, 'lines'));
    return (pending & enabled) !== 0n || this.#deadline(enabled) <= BigInt(Math.floor(this.#now()));
  }

  #report(): void {
    const { index } = this.#data;
    const { user, system } = threadCpuUsage();
    this.#view.setBigUint64(mailboxOf(index) + MAILBOX.cpuTime64, BigInt(user + system) * 1000n, true);
    this.#view.setBigUint64(mailboxOf(index) + MAILBOX.steps64, this.hart.get('steps'), true);
  }

  // What others ask

  #lookAtMailbox(): void {
    const { index } = this.#data;
    const attention = Mailboxes.indexOf(index, 'attention');
    // Again after each wait: whoever found this hart parked relies on its next look, and may have asked for more since
    while (Atomics.load(this.#mailboxes.words, attention) !== 0) {
      Atomics.store(this.#mailboxes.words, attention, 0);
      if (this.#mailboxes.command === MACHINE_COMMAND.stop) {
        this.#report();
        this.#ended = true;
        return;
      }
      this.#fences.carryOut();
      if (this.#mailboxes.load(index, 'grant') === 0) {
        this.#report();
        this.#parkOn('grant', 0, Number.POSITIVE_INFINITY);
      }
    }
  }

  /** Waits while `word` is `value`. What came in meanwhile is seen to before the next guest instruction. */
  #parkOn(word: 'grant' | 'attention', value: number, timeout: number): void {
    const { words } = this.#mailboxes;
    this.#park(() => Atomics.wait(words, Mailboxes.indexOf(this.#data.index, word), value, timeout));
  }

  /** Has others know that this hart executes nothing while `wait` lasts. */
  #park(wait: () => void): void {
    const { index } = this.#data;
    this.#mailboxes.store(index, 'state', HART_STATE.parked);
    wait();
    this.#mailboxes.store(index, 'state', HART_STATE.running);
    this.#fences.carryOut();
  }

  /** What WFI waits for may have come when this returns; WFI may end for any reason. */
  #idleUntilInterrupt(): void {
    if (this.#counted) this.#skipToInterrupt();
    if (this.#counted || this.#interruptPending()) return;
    const deadline = this.#deadline(this.hart.get('mie'));
    this.#report();
    const left = Number(deadline - BigInt(Math.floor(this.#now()))) / TICKS_PER_MILLISECOND;
    const timeout = deadline === NEVER ? Number.POSITIVE_INFINITY : Math.min(Math.max(left, 0), MAX_TIMEOUT);
    this.#parkOn('attention', 0, timeout);
  }

  /**
   * Counted time does not pass while idle: it jumps to the next timer, or stands still until there is input. Nothing but an
   * interrupt ends this, for other reasons to wake, such as a pause, come at times that do not repeat.
   */
  #skipToInterrupt(): void {
    while (!this.#ended && !this.#interruptPending()) {
      const deadline = this.#deadline(this.hart.get('mie'));
      if (deadline !== NEVER) {
        this.#idle += Number(deadline - BigInt(Math.floor(this.#now()))) * NANOSECONDS_PER_TICK;
        this.#syncInput(false);
        continue;
      }
      this.#syncInput(true);
      if (!this.#interruptPending()) this.#parkOn('attention', 0, Number.POSITIVE_INFINITY);
      this.#lookAtMailbox();
      // The device thread delivers what comes while the hart is idle: not from here on
      if (!this.#ended) this.#syncInput(false);
    }
  }

  // Devices

  #ask(kind: 'read' | 'write' | 'sync', address: number, size: number, value: number): number | undefined {
    if (this.#counted) this.#times.virtual = this.#countedNanoseconds();
    return this.#slot.ask(kind, address, size, value);
  }

  /** Has the device thread take input now, at a time that a repeated run reaches exactly. */
  #syncInput(idle: boolean): void {
    this.#nextSync = (Math.floor(this.hart.stepsNow() / SYNC_EVERY) + 1) * SYNC_EVERY;
    this.#ask('sync', 0, 0, idle ? 1 : 0);
  }

  #checkpoint(): void {
    if (!this.#digest) return;
    const checkpoint = { steps: this.hart.stepsNow(), digest: this.#digest.take(this.#countedNanoseconds()) };
    this.#post({ kind: 'checkpoint', checkpoint });
  }

  // The host as firmware

  #firmware(): void {
    const { hart } = this;
    const cause = Number(hart.get('mcause'));
    if (cause !== CAUSE.ecallFromS) throw new Error(`trap ${cause} reached M-mode, where the host is`);
    const args = [0, 1, 2, 3, 4, 5].map((i) => hart.x(A0 + i)) as [bigint, bigint, bigint, bigint, bigint, bigint];
    this.#answer(callSbi(this.#sbi, this.#data.index, hart.x(17), hart.x(16), args));
  }

  #answer(result: SbiResult): void {
    const { hart } = this;
    switch (result.kind) {
      case 'return':
        hart.setX(A0, result.error);
        hart.setX(A1, result.value);
        break;
      case 'legacy':
        hart.setX(A0, result.value);
        break;
      case 'stop':
        moveHart(this.#mailboxes, this.#data.index, 'stopped');
        this.#awaitStart();
        return;
      case 'suspend':
        this.#suspend();
        hart.setX(A0, 0n);
        hart.setX(A1, 0n);
        break;
      case 'reset':
        this.#ended = true;
        return;
    }
    hart.set('pc', hart.get('pc') + 4n);
  }

  #suspend(): void {
    const { index } = this.#data;
    moveHart(this.#mailboxes, index, 'suspended');
    for (this.#lookAtMailbox(); !this.#ended && !this.#interruptPending(); this.#lookAtMailbox()) {
      this.#idleUntilInterrupt();
    }
    moveHart(this.#mailboxes, index, 'resume');
    moveHart(this.#mailboxes, index, 'resumed');
  }

  /** Waits, executing nothing, until `startHart` has said where to start. */
  #awaitStart(): void {
    const { index } = this.#data;
    for (;;) {
      this.#lookAtMailbox();
      if (this.#ended) return;
      if (this.#mailboxes.load(index, 'start') === 1) break;
      this.#parkOn('attention', 0, Number.POSITIVE_INFINITY);
    }
    this.#mailboxes.store(index, 'start', 0);
    const address = this.#view.getBigUint64(mailboxOf(index) + MAILBOX.startAddress64, true);
    const opaque = this.#view.getBigUint64(mailboxOf(index) + MAILBOX.startOpaque64, true);
    enterSupervisor(this.hart, { pc: address, arguments: [BigInt(index), opaque] });
    moveHart(this.#mailboxes, index, 'started');
  }

  #sbiHost(): SbiHost {
    const { layout, memory } = this.#data;
    const mailboxes = this.#mailboxes;
    const setOf = (mask: number) =>
      Array.from({ length: layout.harts }, (_, hart) => hart).filter((hart) => (mask >> hart) & 1);
    return {
      hartCount: layout.harts,
      hsm: mailboxes,
      ram: openGuestRam(memory, layout),
      identity: { mvendorid: 0n, marchid: 0n, mimpid: 0n },
      setTimer: (_hart, ticks) => this.hart.set('stimecmp', ticks),
      sendIpi: (harts) => {
        for (const hart of setOf(harts)) {
          Atomics.or(mailboxes.words, Mailboxes.indexOf(hart, 'lines'), 1 << IRQ.ssi);
          mailboxes.attention(hart);
        }
      },
      remoteFence: (harts, fences) => this.#fences.request(setOf(harts), fences),
      startHart: (hart, address, opaque) => {
        this.#view.setBigUint64(mailboxOf(hart) + MAILBOX.startAddress64, address, true);
        this.#view.setBigUint64(mailboxOf(hart) + MAILBOX.startOpaque64, opaque, true);
        mailboxes.store(hart, 'start', 1);
        mailboxes.attention(hart);
      },
      reset: (type, reason) => {
        const code = reason === SBI_RESET_REASON.NONE ? 0 : 1;
        this.#post({ kind: 'finished', how: type === SBI_RESET_TYPE.SHUTDOWN ? 'powered-off' : 'reset', code });
      },
      consoleWrite: (bytes) => {
        // How much room there is depends on the host; in a run that is to repeat there is enough
        if (this.#counted) this.#awaitConsoleRoom(bytes.length);
        return this.#consoleWrite(bytes);
      },
      consoleWriteByte: (byte) => {
        this.#awaitConsoleRoom();
        this.#consoleWrite(Uint8Array.of(byte));
      },
      consoleRead: () => new Uint8Array(0),
    };
  }

  /** Returns with room for `bytes`, which are far fewer than OUTPUT_LIMIT, unless the machine ends. */
  #awaitConsoleRoom(bytes = 1): void {
    const { console } = this.#data;
    for (;;) {
      const inFlight = this.#mailboxes.inFlight(console);
      if (this.#ended || inFlight + bytes <= OUTPUT_LIMIT) return;
      this.#park(() => this.#mailboxes.awaitInFlight(console, inFlight, ROOM_POLL));
      this.#lookAtMailbox();
    }
  }

  #consoleWrite(bytes: Uint8Array): number {
    const { console } = this.#data;
    const room = Math.max(0, OUTPUT_LIMIT - this.#mailboxes.inFlight(console));
    const taken = bytes.subarray(0, room);
    if (taken.length === 0) return 0;
    const shown = withReturns(taken);
    this.#mailboxes.addInFlight(console, shown.length + MESSAGE_COST);
    this.#post({ kind: 'output', channel: console, bytes: shown });
    return taken.length;
  }
}
