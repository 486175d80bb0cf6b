/**
 * Breakpoints at full speed. Memory is not touched, so the guest cannot see them: where an instruction at the page offset of
 * a breakpoint is decoded, `pause` is decoded in its place. That ends the hart's run, and its address tells whether it
 * is a breakpoint or another instruction at the same offset in another page, which is then executed as it is.
 *
 * Addresses are virtual: a breakpoint in a kernel can be set before the kernel has mapped itself.
 */
import type { Hart } from '../hart/instance.ts';
import { OP } from '../hart/record.ts';
import {
  hartBase,
  type Layout,
  PAGE_SIZE,
  RECORD_SCALE_SHIFT,
  SLOT_SIZE,
  SLOTS,
  SLOTS_BASE,
  STRADDLE_SLOT,
} from '../memory/layout.ts';

/** `pause` (Zihintpause): FENCE with pred = W, succ = 0, rd = rs1 = x0. */
const PAUSE = 0x0100_000f;
const PAUSE_LENGTH = 4n;

export class Breakpoints {
  readonly #addresses = new Set<bigint>();
  /** Offsets in a page -> how many breakpoints have it. */
  readonly #offsets = new Map<number, number>();
  /** Addresses of the records in shared memory that hold a `pause` of ours, for each hart. */
  readonly #planted = new Map<number, Set<number>>();
  #memory: { readonly halves: Uint16Array; readonly layout: Layout } | undefined;
  /** The hart that executes what is really there. */
  #lifted = -1;

  /** The machine has been switched on, with fresh memory. Breakpoints stay. */
  attach(memory: { readonly buffer: ArrayBufferLike }, layout: Layout): void {
    this.#memory = { halves: new Uint16Array(memory.buffer), layout };
    this.#planted.clear();
  }

  get addresses(): ReadonlySet<bigint> {
    return this.#addresses;
  }

  add(address: bigint): void {
    if (this.#addresses.has(address)) return;
    this.#addresses.add(address);
    const offset = offsetOf(address);
    const count = this.#offsets.get(offset) ?? 0;
    this.#offsets.set(offset, count + 1);
    if (count === 0) this.#undecodeAll(offset);
  }

  delete(address: bigint): void {
    if (!this.#addresses.delete(address)) return;
    const offset = offsetOf(address);
    const count = this.#offsets.get(offset) ?? 0;
    if (count > 1) {
      this.#offsets.set(offset, count - 1);
    } else {
      this.#offsets.delete(offset);
      for (const hart of this.#planted.keys()) this.#uproot(hart);
    }
  }

  /** For `HartHost.substitute` of hart `hart`. */
  substitute(hart: number, word: number, pageOffset: number, record: number): number {
    if (hart === this.#lifted || !this.#offsets.has(pageOffset)) return word;
    const planted = this.#planted.get(hart) ?? new Set();
    this.#planted.set(hart, planted.add(record));
    return PAUSE;
  }

  /**
   * Call when a hart has left its loop for a `pause`. If it was ours, the hart is put back before it, and the answer tells
   * whether it is at a breakpoint; if not, `executeOne` gets it past. The guest's own `pause` is 'none'.
   */
  hit(hart: Hart): 'breakpoint' | 'false' | 'none' {
    const address = BigInt.asUintN(64, hart.get('pc') - PAUSE_LENGTH);
    if (!this.#offsets.has(offsetOf(address))) return 'none';
    hart.set('pc', address);
    // What was not executed does not count.
    hart.set('steps', hart.get('steps') - 1n);
    return this.#addresses.has(address) ? 'breakpoint' : 'false';
  }

  /** Has `hart` execute with no breakpoint in its way while `execute` runs. */
  lifted<T>(hart: number, execute: () => T): T {
    if (this.#offsets.size === 0) return execute();
    this.#lifted = hart;
    this.#uproot(hart);
    try {
      return execute();
    } finally {
      this.#lifted = -1;
      // What was decoded meanwhile has no breakpoints in it.
      for (const offset of this.#offsets.keys()) this.#undecodeAll(offset, hart);
    }
  }

  #uproot(hart: number): void {
    const halves = this.#memory?.halves;
    for (const record of this.#planted.get(hart) ?? []) if (halves) halves[record >>> 1] = OP.undecoded;
    this.#planted.delete(hart);
  }

  /** Has every instruction at this offset decoded anew. */
  #undecodeAll(offset: number, only?: number): void {
    if (!this.#memory) return;
    const { halves, layout } = this.#memory;
    for (let hart = 0; hart < layout.harts; hart++) {
      if (only !== undefined && hart !== only) continue;
      const first = hartBase(layout, hart) + SLOTS_BASE + (offset << RECORD_SCALE_SHIFT);
      for (let slot = 0; slot < SLOTS; slot++) halves[(first + slot * SLOT_SIZE) >>> 1] = OP.undecoded;
      halves[(hartBase(layout, hart) + STRADDLE_SLOT + (offset << RECORD_SCALE_SHIFT)) >>> 1] = OP.resync;
    }
  }
}

function offsetOf(address: bigint): number {
  return Number(address % BigInt(PAGE_SIZE));
}
