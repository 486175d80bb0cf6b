/**
 * Split virtqueues: virtio 1.2, section 2.7, from the device's side. Everything in the rings comes from a driver that may be
 * wrong or hostile, and other threads may change it while it is read: whatever does not fit the specification breaks the
 * queue (the device then needs a reset) and never throws.
 *
 * Ring fields that order other memory (`idx`, event fields) are accessed with Atomics; the rest is read after, or written
 * before, one of those.
 */
import type { Access, GuestRam } from '../../memory/guest-ram.ts';
import { bool, integer, list, record, type StateOf, u16, u32 } from '../state.ts';
import { Chain, type Segment } from './chain.ts';

/** Section 2.7.5. */
const DESCRIPTOR_SIZE = 16;
const DESCRIPTOR = { address: 0, length: 8, flags: 12, next: 14 } as const;
const DESCRIPTOR_FLAG = { next: 1, write: 2, indirect: 4 } as const;
/** Section 2.7.6: flags, idx, ring[size], used_event. */
const AVAILABLE = { flags: 0, idx: 2, ring: 4, entry: 2 } as const;
const AVAILABLE_FLAG = { noInterrupt: 1 } as const;
/** Section 2.7.8: flags, idx, ring[size] of {id, len}, avail_event. */
const USED = { flags: 0, idx: 2, ring: 4, entry: 8 } as const;

/** Alignment that section 2.7 wants of the three parts. */
const ALIGNMENT = { descriptors: 16, driver: 2, device: 4 } as const;

/** An indirect table may be longer than the queue: Linux makes such, though section 2.7.5.3.1 forbids it. */
const LONGEST_CHAIN = 1024;
/** Section 2.7.5.2: the bytes of a chain. */
const MOST_BYTES = 2 ** 32;

/** The 32-bit halves of the three addresses, as both transports have registers for them. */
export const ADDRESS_HALF = {
  descriptorsLow: 0,
  descriptorsHigh: 1,
  driverLow: 2,
  driverHigh: 3,
  deviceLow: 4,
  deviceHigh: 5,
} as const;
export type AddressHalf = keyof typeof ADDRESS_HALF;

export const queueShape = record({
  size: integer(0, 32768),
  ready: bool,
  addresses: list(u32, 6, 6),
  /** Index in the available ring of the next chain to take, and in the used ring of the next to give back; both modulo 2^16. */
  nextAvailable: u16,
  nextUsed: u16,
  /** `nextUsed` when the driver was last considered for an interrupt. */
  signalled: u16,
});
export type QueueState = StateOf<typeof queueShape>;

export interface QueueHost {
  readonly ram: GuestRam;
  /** Whether buffers may be used: DRIVER_OK is set and the device does not need a reset. */
  live(): boolean;
  /** The driver broke the rules: the device needs a reset. */
  broken(reason: string): void;
  /** Sends a used buffer notification. */
  interrupt(): void;
}

export class Virtqueue {
  readonly maxSize: number;
  readonly #host: QueueHost;
  #state: QueueState;
  #indirect = false;
  #eventIdx = false;

  constructor(maxSize: number, host: QueueHost) {
    this.maxSize = maxSize;
    this.#host = host;
    this.#state = this.#new();
  }

  get size(): number {
    return this.#state.size;
  }

  get ready(): boolean {
    return this.#state.ready;
  }

  address(half: AddressHalf): number {
    return this.#state.addresses[ADDRESS_HALF[half]] ?? 0;
  }

  /** Dropped, as `setAddress` is, while the queue is ready: section 4.2.2.2. */
  setSize(size: number): void {
    const isPowerOfTwo = size > 0 && (size & (size - 1)) === 0;
    if (!this.#state.ready && isPowerOfTwo && size <= this.maxSize) this.#state.size = size;
  }

  setAddress(half: AddressHalf, value: number): void {
    if (!this.#state.ready) this.#state.addresses[ADDRESS_HALF[half]] = value;
  }

  setReady(ready: boolean): void {
    if (ready && !this.#state.ready) {
      this.#state = { ...this.#state, ready, nextAvailable: 0, nextUsed: 0, signalled: 0 };
    } else if (!ready) {
      this.#state.ready = false;
    }
  }

  /** Says which of the queue's features (section 6) were negotiated. */
  configure(features: { indirect: boolean; eventIdx: boolean }): void {
    this.#indirect = features.indirect;
    this.#eventIdx = features.eventIdx;
  }

  /** The next chain that the driver made available, without taking it; null where there is none. */
  peek(): Chain | null {
    const state = this.#state;
    if (!state.ready || !this.#host.live()) return null;
    const available = this.#available();
    if (available === null) return null;
    if (available === 0 && !this.#waitForMore()) return null;
    const slot = state.nextAvailable & (state.size - 1);
    const entry = this.#view(this.#driver() + AVAILABLE.ring + slot * AVAILABLE.entry, 2, 'read');
    return entry ? this.#chain(entry.getUint16(0, true)) : null;
  }

  /** Takes the chain that `peek` gave. It goes back by `push`, at any later time. */
  advance(): void {
    this.#state.nextAvailable = (this.#state.nextAvailable + 1) & 0xffff;
  }

  /** Gives a chain back, `written` bytes of its writable part filled (section 2.7.8.2). `flush` tells the driver. */
  push(chain: Chain, written: number): void {
    const state = this.#state;
    if (!state.ready || !this.#host.live()) return;
    const slot = state.nextUsed & (state.size - 1);
    const entry = this.#view(this.#device() + USED.ring + slot * USED.entry, USED.entry, 'write');
    if (!entry) return;
    entry.setUint32(0, chain.head, true);
    entry.setUint32(4, written, true);
    state.nextUsed = (state.nextUsed + 1) & 0xffff;
    const idx = this.#word(this.#device() + USED.idx, 'write');
    if (idx) Atomics.store(idx, 0, state.nextUsed);
  }

  /** Interrupts the driver for what was pushed since the last `flush`, if it wants to be (section 2.7.7). */
  flush(): void {
    const state = this.#state;
    const pushed = (state.nextUsed - state.signalled) & 0xffff;
    if (pushed === 0 || !state.ready || !this.#host.live()) return;
    if (this.#wantsInterrupt(pushed)) this.#host.interrupt();
    state.signalled = state.nextUsed;
  }

  reset(): void {
    this.#state = this.#new();
    this.configure({ indirect: false, eventIdx: false });
  }

  snapshot(): QueueState {
    return queueShape(this.#state);
  }

  restore(state: QueueState): void {
    this.#state = queueShape(state);
  }

  #new(): QueueState {
    const addresses = Object.keys(ADDRESS_HALF).map(() => 0);
    return { size: this.maxSize, ready: false, addresses, nextAvailable: 0, nextUsed: 0, signalled: 0 };
  }

  /** How many chains wait; null when the queue is broken. */
  #available(): number | null {
    const idx = this.#word(this.#driver() + AVAILABLE.idx, 'read');
    if (!idx) return null;
    const waiting = (Atomics.load(idx, 0) - this.#state.nextAvailable) & 0xffff;
    return waiting > this.#state.size ? this.#break(`${waiting} chains are available in ${this.#state.size}`) : waiting;
  }

  /** Asks for a notification of the next chain (section 2.7.10). True if one came meanwhile, unnoticed. */
  #waitForMore(): boolean {
    if (!this.#eventIdx) return false;
    const { size, nextAvailable } = this.#state;
    const event = this.#word(this.#device() + USED.ring + size * USED.entry, 'write');
    if (!event) return false;
    Atomics.store(event, 0, nextAvailable);
    return (this.#available() ?? 0) > 0;
  }

  #wantsInterrupt(pushed: number): boolean {
    const { size, nextUsed } = this.#state;
    if (!this.#eventIdx) {
      const flags = this.#word(this.#driver() + AVAILABLE.flags, 'read');
      return flags !== null && (Atomics.load(flags, 0) & AVAILABLE_FLAG.noInterrupt) === 0;
    }
    const event = this.#word(this.#driver() + AVAILABLE.ring + size * AVAILABLE.entry, 'read');
    // True if used_event is among the indexes that `pushed` chains went over.
    return event !== null && ((nextUsed - Atomics.load(event, 0) - 1) & 0xffff) < pushed;
  }

  /** Follows a chain from its head (section 2.7.5). Null when it is broken. */
  #chain(head: number): Chain | null {
    const { size } = this.#state;
    let table = this.#descriptors();
    let entries = size;
    let longest = size;
    let inIndirect = false;
    let index = head;
    let bytes = 0;
    const readable: Segment[] = [];
    const writable: Segment[] = [];
    for (let count = 0; ; count++) {
      if (index >= entries) return this.#break(`descriptor ${index} of ${entries}`);
      if (count >= longest) return this.#break('a chain of descriptors that does not end');
      const descriptor = this.#view(table + index * DESCRIPTOR_SIZE, DESCRIPTOR_SIZE, 'read');
      if (!descriptor) return null;
      const gpa = read64(descriptor, DESCRIPTOR.address);
      const length = descriptor.getUint32(DESCRIPTOR.length, true);
      const flags = descriptor.getUint16(DESCRIPTOR.flags, true);
      if ((flags & DESCRIPTOR_FLAG.indirect) !== 0) {
        // Section 2.7.5.3.1: only if negotiated, not in another table, not with NEXT.
        if (!this.#indirect || inIndirect || (flags & DESCRIPTOR_FLAG.next) !== 0) {
          return this.#break('an indirect descriptor where there may be none');
        }
        if (length === 0 || length % DESCRIPTOR_SIZE !== 0) return this.#break(`an indirect table of ${length} bytes`);
        inIndirect = true;
        table = gpa;
        entries = length / DESCRIPTOR_SIZE;
        longest = Math.max(size, LONGEST_CHAIN);
        index = 0;
        continue;
      }
      bytes += length;
      if (bytes > MOST_BYTES) return this.#break('a chain of more than 4 GiB');
      if (length > 0 && this.#host.ram.span(gpa, length, 'read') === null) {
        return this.#break(`a buffer of ${length} bytes at 0x${gpa.toString(16)}, which is not RAM`);
      }
      if ((flags & DESCRIPTOR_FLAG.write) !== 0) writable.push({ gpa, length });
      else if (writable.length > 0) return this.#break('a readable buffer after a writable one');
      else readable.push({ gpa, length });
      if ((flags & DESCRIPTOR_FLAG.next) === 0) return new Chain(this.#host.ram, head, readable, writable);
      index = descriptor.getUint16(DESCRIPTOR.next, true);
    }
  }

  #descriptors(): number {
    return this.#aligned('descriptorsLow', 'descriptorsHigh', ALIGNMENT.descriptors);
  }

  #driver(): number {
    return this.#aligned('driverLow', 'driverHigh', ALIGNMENT.driver);
  }

  #device(): number {
    return this.#aligned('deviceLow', 'deviceHigh', ALIGNMENT.device);
  }

  /** An address; one that is not aligned becomes one that is not RAM. */
  #aligned(low: AddressHalf, high: AddressHalf, alignment: number): number {
    const address = this.address(high) * 2 ** 32 + this.address(low);
    return address % alignment === 0 ? address : Number.NaN;
  }

  #view(gpa: number, length: number, access: Access): DataView | null {
    const span = this.#host.ram.span(gpa, length, access);
    if (span) return new DataView(span.buffer, span.byteOffset, length);
    return this.#break(`a ring or table at 0x${gpa.toString(16)}, which is not aligned RAM`);
  }

  /** A 16-bit field for Atomics; `gpa` is even unless it is not RAM. */
  #word(gpa: number, access: Access): Uint16Array | null {
    const span = this.#host.ram.span(gpa, 2, access);
    if (span) return new Uint16Array(span.buffer, span.byteOffset, 1);
    return this.#break(`a ring at 0x${gpa.toString(16)}, which is not aligned RAM`);
  }

  #break(reason: string): null {
    this.#host.broken(reason);
    return null;
  }
}

function read64(view: DataView, offset: number): number {
  return view.getUint32(offset + 4, true) * 2 ** 32 + view.getUint32(offset, true);
}
