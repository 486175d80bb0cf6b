/**
 * National Semiconductor's PC16550D UART (datasheet of June 1995), one register per byte, on a line that is infinitely fast
 * but for its two ends: what the guest sends goes out as long as the sink has room, and what the host types arrives as long
 * as the receiver has room.
 */
import type { ByteSink, IrqLine, MmioDevice, Note, RegisterSize, Stateful } from './device.ts';
import { bool, list, record, type StateOf, u8, u16 } from './state.ts';

const FIFO_SIZE = 16;

/** Offset -> register when reading and when writing (table II). With DLAB set the first two are the divisor latch. */
const READ_REGISTERS = ['rbr', 'ier', 'iir', 'lcr', 'mcr', 'lsr', 'msr', 'scr'] as const;
const WRITE_REGISTERS = ['thr', 'ier', 'fcr', 'lcr', 'mcr', 'lsr', 'msr', 'scr'] as const;

const IER = { receivedData: 1, transmitterEmpty: 2, lineStatus: 4, modemStatus: 8, all: 0xf } as const;
/** Table IV: identifications, highest priority first. */
const IIR = {
  lineStatus: 0x06,
  receivedData: 0x04,
  characterTimeout: 0x0c,
  transmitterEmpty: 0x02,
  modemStatus: 0x00,
  none: 0x01,
  fifosEnabled: 0xc0,
} as const;
const FCR = { enable: 1, resetReceiver: 2, resetTransmitter: 4, triggerShift: 6 } as const;
/** Bytes in the receive FIFO that trigger an interrupt (section 8.4). */
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
const LCR = { dlab: 0x80 } as const;
const MCR = { dtr: 1, rts: 2, out1: 4, out2: 8, loop: 0x10, all: 0x1f } as const;
const LSR = { dataReady: 1, overrun: 2, transmitterHoldingEmpty: 0x20, transmitterEmpty: 0x40 } as const;
/** Low half: what changed since the last read. */
const MSR = { deltaShift: 4, ringTrailingEdge: 0x04, cts: 0x10, dsr: 0x20, ring: 0x40, dcd: 0x80 } as const;
/** The other end of the line is always there and ready. */
const CONNECTED = MSR.cts | MSR.dsr | MSR.dcd;
/** 9600 baud of a 1.8432 MHz clock; the divisor is remembered and means nothing. */
const POWER_ON_DIVISOR = 12;

const STATE = record({
  ier: u8,
  lcr: u8,
  mcr: u8,
  /** The modem inputs and their deltas. */
  msr: u8,
  scr: u8,
  divisor: u16,
  fifosEnabled: bool,
  /** Bits 6 and 7 of the FCR. */
  trigger: u8,
  overrun: bool,
  /** The interrupt for an empty transmitter is due: it became empty, and IIR was not read since. */
  transmitterInterrupt: bool,
  receiver: list(u8, 0, FIFO_SIZE),
  /** Not yet taken by the sink. */
  transmitter: list(u8, 0, FIFO_SIZE),
});
export type UartState = StateOf<typeof STATE>;

const POWER_ON: UartState = {
  ier: 0,
  lcr: 0,
  mcr: MCR.out2,
  msr: CONNECTED,
  scr: 0,
  divisor: POWER_ON_DIVISOR,
  fifosEnabled: false,
  trigger: 0,
  overrun: false,
  transmitterInterrupt: false,
  receiver: [],
  transmitter: [],
};

export interface UartOptions {
  readonly irq: IrqLine;
  readonly sink: ByteSink;
  readonly note: Note;
  /** Called when `receive` had taken less than it was offered and the guest has made room. */
  readonly onRoom: () => void;
}

export class Uart16550 implements MmioDevice, Stateful<UartState> {
  static readonly windowSize = 0x100;
  readonly name = 'uart';
  readonly #options: UartOptions;
  readonly #oneByte = new Uint8Array(1);
  #state = STATE(POWER_ON);
  /** The host has more than fitted: a matter between host and device, and no part of the guest's state. */
  #hostWaits = false;

  constructor(options: UartOptions) {
    this.#options = options;
  }

  /** Input for the guest. Returns how many of `bytes` were taken; `onRoom` says when to offer the rest. */
  receive(bytes: Uint8Array): number {
    const { receiver, mcr } = this.#state;
    // In loop-back mode the receiver hears only the transmitter (section 8.6.3).
    const room = (mcr & MCR.loop) !== 0 ? 0 : this.#capacity() - receiver.length;
    const taken = Math.max(0, Math.min(room, bytes.length));
    for (let i = 0; i < taken; i++) receiver.push(bytes[i] ?? 0);
    this.#hostWaits = taken < bytes.length;
    this.#update();
    return taken;
  }

  /** The sink has room again, or may have: after a `restore`, which sends nothing by itself. */
  resume(): void {
    this.#drain();
    this.#update();
  }

  read(offset: number, _size: RegisterSize): number {
    const state = this.#state;
    const dlab = (state.lcr & LCR.dlab) !== 0;
    switch (READ_REGISTERS[offset]) {
      case 'rbr':
        return dlab ? state.divisor & 0xff : this.#readData();
      case 'ier':
        return dlab ? state.divisor >> 8 : state.ier;
      case 'iir': {
        const cause = this.#interrupt();
        if (cause === IIR.transmitterEmpty) {
          state.transmitterInterrupt = false;
          this.#update();
        }
        return state.fifosEnabled ? cause | IIR.fifosEnabled : cause;
      }
      case 'lcr':
        return state.lcr;
      case 'mcr':
        return state.mcr;
      case 'lsr': {
        const status = this.#lineStatus();
        state.overrun = false;
        this.#update();
        return status;
      }
      case 'msr': {
        const status = state.msr;
        state.msr &= ~0xf;
        this.#update();
        return status;
      }
      case 'scr':
        return state.scr;
      default:
        return 0;
    }
  }

  /** A wide access writes one register, like a byte. */
  write(offset: number, _size: RegisterSize, value: number): void {
    const state = this.#state;
    const byte = value & 0xff;
    const dlab = (state.lcr & LCR.dlab) !== 0;
    switch (WRITE_REGISTERS[offset]) {
      case 'thr':
        if (dlab) state.divisor = (state.divisor & 0xff00) | byte;
        else this.#transmit(byte);
        break;
      case 'ier':
        if (dlab) state.divisor = (state.divisor & 0xff) | (byte << 8);
        else this.#writeInterruptEnable(byte & IER.all);
        break;
      case 'fcr':
        this.#writeFifoControl(byte);
        break;
      case 'lcr':
        state.lcr = byte;
        break;
      case 'mcr':
        state.mcr = byte & MCR.all;
        this.#updateModemInputs();
        this.#roomForHost();
        break;
      case 'scr':
        state.scr = byte;
        break;
      default:
        return;
    }
    this.#update();
  }

  reset(): void {
    this.#state = STATE(POWER_ON);
    this.#roomForHost();
    this.#update();
  }

  snapshot(): UartState {
    return STATE(this.#state);
  }

  restore(state: UartState): void {
    this.#state = STATE(state);
    this.#roomForHost();
    this.#update();
  }

  #capacity(): number {
    return this.#state.fifosEnabled ? FIFO_SIZE : 1;
  }

  #readData(): number {
    const byte = this.#state.receiver.shift() ?? 0;
    this.#roomForHost();
    this.#update();
    return byte;
  }

  #roomForHost(): void {
    const { receiver, mcr } = this.#state;
    if (!this.#hostWaits || (mcr & MCR.loop) !== 0 || receiver.length >= this.#capacity()) return;
    this.#hostWaits = false;
    this.#options.onRoom();
  }

  #transmit(byte: number): void {
    const state = this.#state;
    state.transmitterInterrupt = false;
    if ((state.mcr & MCR.loop) !== 0) {
      this.#loopBack(byte);
      state.transmitterInterrupt = true;
      return;
    }
    if (state.transmitter.length === 0) {
      this.#oneByte[0] = byte;
      if (this.#options.sink.write(this.#oneByte) === 1) {
        state.transmitterInterrupt = true;
        return;
      }
    }
    if (state.transmitter.length < this.#capacity()) state.transmitter.push(byte);
    else this.#options.note('uart: the guest sent a byte although the transmitter was full; it is lost');
  }

  #loopBack(byte: number): void {
    const state = this.#state;
    if (state.receiver.length < this.#capacity()) state.receiver.push(byte);
    else state.overrun = true;
  }

  /** Hands the sink what it has room for. */
  #drain(): void {
    const state = this.#state;
    if (state.transmitter.length === 0) return;
    const taken = this.#options.sink.write(Uint8Array.from(state.transmitter));
    state.transmitter.splice(0, taken);
    if (state.transmitter.length === 0) state.transmitterInterrupt = true;
  }

  #writeInterruptEnable(value: number): void {
    const state = this.#state;
    const turnedOn = value & ~state.ier;
    state.ier = value;
    // Enabling the interrupt while the transmitter is empty raises it at once (section 8.5).
    if ((turnedOn & IER.transmitterEmpty) !== 0 && state.transmitter.length === 0) state.transmitterInterrupt = true;
  }

  /** Section 8.4. Turning the FIFOs on or off empties them, as do the two reset bits. */
  #writeFifoControl(value: number): void {
    const state = this.#state;
    const enable = (value & FCR.enable) !== 0;
    const switched = enable !== state.fifosEnabled;
    state.fifosEnabled = enable;
    // The other bits count only while bit 0 is written as one.
    state.trigger = enable ? value >> FCR.triggerShift : 0;
    if (switched || (enable && (value & FCR.resetReceiver) !== 0)) state.receiver = [];
    if (switched || (enable && (value & FCR.resetTransmitter) !== 0)) {
      state.transmitter = [];
      state.transmitterInterrupt = true;
    }
    this.#roomForHost();
  }

  /** In loop-back mode the modem control outputs are the modem inputs (section 8.6.3). */
  #updateModemInputs(): void {
    const state = this.#state;
    let inputs: number = CONNECTED;
    if ((state.mcr & MCR.loop) !== 0) {
      inputs = 0;
      if ((state.mcr & MCR.dtr) !== 0) inputs |= MSR.dsr;
      if ((state.mcr & MCR.rts) !== 0) inputs |= MSR.cts;
      if ((state.mcr & MCR.out1) !== 0) inputs |= MSR.ring;
      if ((state.mcr & MCR.out2) !== 0) inputs |= MSR.dcd;
    }
    const changed = (inputs ^ state.msr) & 0xf0;
    let deltas = (changed & ~MSR.ring) >> MSR.deltaShift;
    if ((changed & MSR.ring) !== 0 && (inputs & MSR.ring) === 0) deltas |= MSR.ringTrailingEdge;
    state.msr = inputs | (state.msr & 0xf) | deltas;
  }

  #lineStatus(): number {
    const { receiver, transmitter, overrun } = this.#state;
    let status = 0;
    if (receiver.length > 0) status |= LSR.dataReady;
    if (overrun) status |= LSR.overrun;
    if (transmitter.length === 0) status |= LSR.transmitterHoldingEmpty | LSR.transmitterEmpty;
    return status;
  }

  /** The pending interrupt of highest priority (table IV). */
  #interrupt(): number {
    const state = this.#state;
    if ((state.ier & IER.lineStatus) !== 0 && state.overrun) return IIR.lineStatus;
    if ((state.ier & IER.receivedData) !== 0 && state.receiver.length > 0) {
      const trigger = state.fifosEnabled ? (TRIGGER_LEVELS[state.trigger] ?? 1) : 1;
      // On a line without speed no next character is under way: what waits below the trigger has timed out.
      return state.receiver.length >= trigger ? IIR.receivedData : IIR.characterTimeout;
    }
    if ((state.ier & IER.transmitterEmpty) !== 0 && state.transmitterInterrupt) return IIR.transmitterEmpty;
    if ((state.ier & IER.modemStatus) !== 0 && (state.msr & 0xf) !== 0) return IIR.modemStatus;
    return IIR.none;
  }

  #update(): void {
    this.#options.irq.set(this.#interrupt() !== IIR.none);
  }
}
