/** The interrupt lines into the harts, which are bits in shared memory: any thread may set one. */
import { MAILBOX, mailboxOf } from '../memory/layout.ts';

/** Bit positions in mip (privileged specification 3.1.9), which are those in MAILBOX.lines. */
export const HART_LINE = { MSIP: 3, MTIP: 7, SEIP: 9, MEIP: 11 } as const;
export type HartLine = keyof typeof HART_LINE;

export class HartLines {
  readonly #words: Int32Array;

  constructor(memory: { readonly buffer: ArrayBufferLike }) {
    this.#words = new Int32Array(memory.buffer);
  }

  get(hart: number, line: HartLine): boolean {
    return ((Atomics.load(this.#words, (mailboxOf(hart) + MAILBOX.lines) >> 2) >> HART_LINE[line]) & 1) !== 0;
  }

  /** Sets the level of a line, and where that is a change has the hart look at it. */
  set(hart: number, line: HartLine, level: boolean): void {
    const index = (mailboxOf(hart) + MAILBOX.lines) >> 2;
    const bit = 1 << HART_LINE[line];
    const before = level ? Atomics.or(this.#words, index, bit) : Atomics.and(this.#words, index, ~bit);
    if (((before & bit) !== 0) !== level) this.attention(hart);
  }

  /** Has the hart look at its mailbox and timers before long, waking it where it waits for an interrupt. */
  attention(hart: number): void {
    const index = (mailboxOf(hart) + MAILBOX.attention) >> 2;
    Atomics.store(this.#words, index, 1);
    Atomics.notify(this.#words, index);
  }
}
