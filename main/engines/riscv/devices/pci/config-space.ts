/** Configuration space of a function: PCI Local Bus 3.0, chapter 6, header type 0, with memory BARs and INTx. */
import type { IrqLine, RegisterSize } from '../device.ts';
import { bytes } from '../state.ts';

const SPACE_SIZE = 256;

/** Section 6.1, figure 6-1. */
const HEADER = {
  vendorId: 0x00,
  deviceId: 0x02,
  command: 0x04,
  status: 0x06,
  revisionId: 0x08,
  classCode: 0x09,
  cacheLineSize: 0x0c,
  bars: 0x10,
  subsystemVendorId: 0x2c,
  subsystemId: 0x2e,
  capabilitiesPointer: 0x34,
  interruptLine: 0x3c,
  interruptPin: 0x3d,
  size: 0x40,
} as const;

/** Sections 6.2.2 and 6.2.3. */
const COMMAND = { memorySpace: 0x2, busMaster: 0x4, parity: 0x40, serr: 0x100, interruptDisable: 0x400 } as const;
const WRITABLE_COMMANDS =
  COMMAND.memorySpace | COMMAND.busMaster | COMMAND.parity | COMMAND.serr | COMMAND.interruptDisable;
const STATUS = { interrupt: 0x08, capabilities: 0x10 } as const;
const BAR_COUNT = 6;

export interface Capability {
  readonly id: number;
  /** What follows the id and the pointer to the next one. */
  readonly body: readonly number[];
  /** Mask of writable bits for each byte of `body`; those left out are read-only. */
  readonly writable?: readonly number[];
}

export interface PciIdentity {
  readonly vendorId: number;
  readonly deviceId: number;
  readonly revisionId: number;
  /** 24 bits: base class, sub-class, programming interface. */
  readonly classCode: number;
  readonly subsystemVendorId: number;
  readonly subsystemId: number;
}

export interface PciLayout {
  readonly identity: PciIdentity;
  /** Sizes of the 32-bit memory BARs from BAR 0 on: powers of two from 16 bytes up. */
  readonly bars: readonly number[];
  readonly capabilities: readonly Capability[];
  /** 0 for none, 1 to 4 for INTA# to INTD#. */
  readonly interruptPin: number;
}

const savedBytes = bytes(SPACE_SIZE, SPACE_SIZE);

export class PciConfigSpace {
  readonly interruptPin: number;
  readonly bars: readonly number[];
  /** Offset of each capability, in the order they were given. */
  readonly capabilities: readonly number[];
  /** What the function drives: it shows in the status register and, unless disabled, on the INTx wire. */
  readonly irq: IrqLine = { set: (level) => this.#setInterrupt(level) };
  readonly #powerOn = new Uint8Array(SPACE_SIZE);
  readonly #writable = new Uint8Array(SPACE_SIZE);
  readonly #bytes: Uint8Array;
  #intx: IrqLine | undefined;
  #interrupt = false;

  constructor({ identity, bars, capabilities, interruptPin }: PciLayout) {
    this.interruptPin = interruptPin;
    this.bars = bars;
    if (bars.length > BAR_COUNT) throw new RangeError(`${bars.length} BARs: there is room for ${BAR_COUNT}`);
    const view = new DataView(this.#powerOn.buffer);
    const writable = new DataView(this.#writable.buffer);
    view.setUint16(HEADER.vendorId, identity.vendorId, true);
    view.setUint16(HEADER.deviceId, identity.deviceId, true);
    view.setUint8(HEADER.revisionId, identity.revisionId);
    view.setUint8(HEADER.classCode, identity.classCode & 0xff);
    view.setUint16(HEADER.classCode + 1, identity.classCode >> 8, true);
    view.setUint16(HEADER.subsystemVendorId, identity.subsystemVendorId, true);
    view.setUint16(HEADER.subsystemId, identity.subsystemId, true);
    view.setUint8(HEADER.interruptPin, interruptPin);
    writable.setUint16(HEADER.command, WRITABLE_COMMANDS, true);
    writable.setUint8(HEADER.cacheLineSize, 0xff);
    writable.setUint8(HEADER.interruptLine, 0xff);
    // Section 6.2.5.1: the bits below the size are wired to zero, which is how software finds the size.
    bars.forEach((size, index) => {
      if (size < 16 || (size & (size - 1)) !== 0) throw new RangeError(`A BAR of ${size} bytes`);
      writable.setUint32(HEADER.bars + 4 * index, -size, true);
    });
    this.capabilities = this.#link(capabilities);
    this.#bytes = this.#powerOn.slice();
  }

  /** Connects the INTx wire that leaves the slot. */
  connect(intx: IrqLine): void {
    this.#intx = intx;
    this.#drive();
  }

  read(offset: number, size: RegisterSize): number {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + this.#byte(offset + i);
    return value;
  }

  /** Changes the writable bits among those written. */
  write(offset: number, size: RegisterSize, value: number): void {
    for (let i = 0; i < size; i++) {
      const mask = this.#writable[offset + i] ?? 0;
      if (mask === 0) continue;
      this.#bytes[offset + i] = (this.#byte(offset + i) & ~mask) | ((value >>> (8 * i)) & mask);
    }
    this.#drive();
  }

  /** Bus address of a BAR; undefined while memory accesses are turned off. */
  barAddress(index: number): number | undefined {
    if ((this.#command & COMMAND.memorySpace) === 0) return undefined;
    return this.read(HEADER.bars + 4 * index, 4);
  }

  reset(): void {
    this.#bytes.set(this.#powerOn);
    this.#interrupt = false;
    this.#drive();
  }

  snapshot(): Uint8Array {
    return this.#bytes.slice();
  }

  /** The interrupt's level is the function's to restore. */
  restore(state: Uint8Array): void {
    const saved = savedBytes(state);
    saved.forEach((byte, offset) => {
      const mask = this.#writable[offset] ?? 0;
      this.#bytes[offset] = ((this.#powerOn[offset] ?? 0) & ~mask) | (byte & mask);
    });
    this.#drive();
  }

  get #command(): number {
    return this.read(HEADER.command, 2);
  }

  #byte(offset: number): number {
    const byte = this.#bytes[offset] ?? 0;
    return offset === HEADER.status && this.#interrupt ? byte | STATUS.interrupt : byte;
  }

  #setInterrupt(level: boolean): void {
    this.#interrupt = level;
    this.#drive();
  }

  #drive(): void {
    this.#intx?.set(this.#interrupt && (this.#command & COMMAND.interruptDisable) === 0);
  }

  /** Section 6.7: lays the capabilities out after the header, as a linked list. */
  #link(capabilities: readonly Capability[]): number[] {
    const offsets: number[] = [];
    let pointer: number = HEADER.capabilitiesPointer;
    let free: number = HEADER.size;
    for (const { id, body, writable } of capabilities) {
      if (free + 2 + body.length > SPACE_SIZE) throw new RangeError('The capabilities do not fit');
      this.#powerOn[pointer] = free;
      this.#powerOn.set([id, 0, ...body], free);
      this.#writable.set(writable ?? [], free + 2);
      offsets.push(free);
      pointer = free + 1;
      free = (free + 2 + body.length + 3) & ~3;
    }
    if (offsets.length > 0) this.#powerOn[HEADER.status] = STATUS.capabilities;
    return offsets;
  }
}
