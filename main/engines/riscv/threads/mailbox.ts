/** What the threads of a machine tell each other through shared memory; the offsets are in `memory/layout.ts`. */
import type { HsmState, HsmStates } from '../hart/hsm.ts';
import { CHANNELS, type Channel } from '../machine/channels.ts';
import {
  HART_STATE,
  MACHINE,
  MACHINE_MAILBOX,
  MAILBOX,
  MMIO,
  MMIO_BASE,
  MMIO_STATE,
  MMIO_STRIDE,
  mailboxOf,
} from '../memory/layout.ts';

type Word = 'grant' | 'attention' | 'lines' | 'fence' | 'fenceDone' | 'state' | 'hsm' | 'start';

export class Mailboxes implements HsmStates {
  readonly words: Int32Array;

  constructor(memory: { readonly buffer: ArrayBufferLike }) {
    this.words = new Int32Array(memory.buffer);
  }

  static indexOf(hart: number, word: Word): number {
    return (mailboxOf(hart) + MAILBOX[word]) >> 2;
  }

  load(hart: number, word: Word): number {
    return Atomics.load(this.words, Mailboxes.indexOf(hart, word));
  }

  store(hart: number, word: Word, value: number): void {
    Atomics.store(this.words, Mailboxes.indexOf(hart, word), value);
  }

  /** Has the hart look at its mailbox soon, waking it if it waits. */
  attention(hart: number): void {
    const index = Mailboxes.indexOf(hart, 'attention');
    Atomics.store(this.words, index, 1);
    Atomics.notify(this.words, index);
  }

  /** Lets a hart run, or has it stop at its next slice boundary. */
  grant(hart: number, run: boolean): void {
    const index = Mailboxes.indexOf(hart, 'grant');
    Atomics.store(this.words, index, run ? 1 : 0);
    Atomics.notify(this.words, index);
    this.attention(hart);
  }

  isParked(hart: number): boolean {
    return this.load(hart, 'state') === HART_STATE.parked;
  }

  get(hart: number): HsmState {
    return this.load(hart, 'hsm') as HsmState;
  }

  compareExchange(hart: number, expected: HsmState, next: HsmState): boolean {
    return Atomics.compareExchange(this.words, Mailboxes.indexOf(hart, 'hsm'), expected, next) === expected;
  }

  get command(): number {
    return Atomics.load(this.words, (MACHINE_MAILBOX + MACHINE.command) >> 2);
  }

  set command(value: number) {
    Atomics.store(this.words, (MACHINE_MAILBOX + MACHINE.command) >> 2, value);
  }

  // The device thread

  get doorbell(): number {
    return Atomics.load(this.words, (MACHINE_MAILBOX + MACHINE.deviceDoorbell) >> 2);
  }

  ringDoorbell(): void {
    const index = (MACHINE_MAILBOX + MACHINE.deviceDoorbell) >> 2;
    Atomics.add(this.words, index, 1);
    Atomics.notify(this.words, index);
  }

  /** Waits until the doorbell is no longer `seen`, or for `timeout` milliseconds. */
  awaitDoorbell(seen: number, timeout: number): void {
    Atomics.wait(this.words, (MACHINE_MAILBOX + MACHINE.deviceDoorbell) >> 2, seen, timeout);
  }

  // Bytes on their way to the host, over all senders

  inFlight(channel: Channel): number {
    return Atomics.load(this.words, inFlightOf(channel));
  }

  addInFlight(channel: Channel, bytes: number): void {
    const index = inFlightOf(channel);
    Atomics.add(this.words, index, bytes);
    if (bytes < 0) Atomics.notify(this.words, index);
  }

  /** Waits until there are no longer `seen` bytes in flight, or for `timeout` milliseconds. */
  awaitInFlight(channel: Channel, seen: number, timeout: number): void {
    Atomics.wait(this.words, inFlightOf(channel), seen, timeout);
  }
}

function inFlightOf(channel: Channel): number {
  return ((MACHINE_MAILBOX + MACHINE.inFlight) >> 2) + CHANNELS.indexOf(channel);
}

/** A request of a hart to the device thread. */
export interface MmioRequest {
  readonly kind: 'read' | 'write' | 'sync';
  readonly address: number;
  readonly size: number;
  readonly value: number;
}

/** The request slot of one hart; it asks, the device thread serves. */
export class MmioSlot {
  readonly #words: Int32Array;
  readonly #first: number;
  readonly #mailboxes: Mailboxes;

  constructor(mailboxes: Mailboxes, hart: number) {
    this.#mailboxes = mailboxes;
    this.#words = mailboxes.words;
    this.#first = (MMIO_BASE + hart * MMIO_STRIDE) >> 2;
  }

  /** Asks, and waits for the answer: the value read, or undefined for an access fault. Called by the hart. */
  ask(kind: MmioRequest['kind'], address: number, size: number, value: number): number | undefined {
    const state = this.#at('state');
    this.#put('address', address);
    this.#put('size', size);
    this.#put('value', value);
    Atomics.store(this.#words, state, MMIO_STATE[kind]);
    this.#mailboxes.ringDoorbell();
    for (;;) {
      const seen = Atomics.load(this.#words, state);
      if (seen === MMIO_STATE.done) break;
      Atomics.wait(this.#words, state, seen);
    }
    Atomics.store(this.#words, state, MMIO_STATE.idle);
    return this.#get('fault') ? undefined : this.#get('value') >>> 0;
  }

  /** The request that waits to be served, if any. Called by the device thread. */
  pending(): MmioRequest | undefined {
    const state = Atomics.load(this.#words, this.#at('state'));
    const kind =
      state === MMIO_STATE.read
        ? 'read'
        : state === MMIO_STATE.write
          ? 'write'
          : state === MMIO_STATE.sync
            ? 'sync'
            : undefined;
    if (kind === undefined) return undefined;
    return { kind, address: this.#get('address') >>> 0, size: this.#get('size'), value: this.#get('value') >>> 0 };
  }

  /** Answers the request; undefined is an access fault. */
  answer(value: number | undefined): void {
    this.#put('value', value ?? 0);
    this.#put('fault', value === undefined ? 1 : 0);
    const state = this.#at('state');
    Atomics.store(this.#words, state, MMIO_STATE.done);
    Atomics.notify(this.#words, state);
  }

  #at(word: keyof typeof MMIO): number {
    return this.#first + (MMIO[word] >> 2);
  }
  #get(word: keyof typeof MMIO): number {
    return this.#words[this.#at(word)]!;
  }
  #put(word: keyof typeof MMIO, value: number): void {
    this.#words[this.#at(word)] = value;
  }
}
