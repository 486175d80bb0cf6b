/**
 * What two runs must have in common at the same instruction to count as identical, as one number.
 *
 * Hashing all of RAM again and again would take longer than running the guest. So there is a digest of each page, and those
 * of pages that were written since the last time are made anew: the page state byte says which, and is reset here. That
 * needs every writer at rest: the one hart, whose thread calls this, and the device thread, which with counted time acts
 * only while the hart waits for it.
 */
import { createHash } from 'node:crypto';
import type { Hart } from '../hart/instance.ts';
import {
  CLINT_BASE,
  CLINT_STRIDE,
  hartBase,
  type Layout,
  MAX_HARTS,
  PAGE_SIZE,
  PLIC_BASE,
  PLIC_SIZE,
  REGISTER,
  REGISTERS_STRIDE,
  registersOf,
  STATE,
  STATE_SIZE,
} from '../memory/layout.ts';
import { PAGE_STATE } from '../memory/page-state.ts';

const ALGORITHM = 'sha1';
const DIGEST_SIZE = 20;
/**
 * Words of STATE that say how the hart came where it is, and nothing of where that is: what compiled code counts, and operands
 * of accesses, which compiled code makes without them. So a run is the same with compiled code and without. All have 8 bytes.
 */
const OF_THE_WAY = [
  STATE.compiledEntries,
  STATE.compiledSteps,
  STATE.compiledBails,
  STATE.data,
  STATE.faultCause,
  STATE.deviceAccess,
  STATE.pagePc,
  STATE.slot,
] as const;

export class MachineDigest {
  readonly #bytes: Uint8Array;
  readonly #layout: Layout;
  readonly #hart: Hart;
  readonly #states: Uint8Array;
  /** The digest of each page; zeros for one that was never written. */
  readonly #pages: Uint8Array;

  constructor(memory: { readonly buffer: ArrayBufferLike }, layout: Layout, hart: Hart) {
    const pages = layout.ramSize / PAGE_SIZE;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#states = new Uint8Array(memory.buffer, layout.pageState, pages);
    this.#pages = new Uint8Array(pages * DIGEST_SIZE);
    this.#layout = layout;
    this.#hart = hart;
  }

  /** `time` is the machine's, in nanoseconds. Empties the hart's TLBs, so that it marks what it writes from here on. */
  take(time: number): string {
    this.#hart.fence(false, true);
    for (let page = 0; page < this.#states.length; page++) {
      if ((Atomics.load(this.#states, page) & PAGE_STATE.dirty) === 0) continue;
      Atomics.and(this.#states, page, ~PAGE_STATE.dirty);
      const content = this.#copyOf(this.#layout.ramBase + page * PAGE_SIZE, PAGE_SIZE);
      this.#pages.set(createHash(ALGORITHM).update(content).digest(), page * DIGEST_SIZE);
    }
    const all = createHash(ALGORITHM).update(this.#pages).update(String(time));
    const { index } = this.#hart;
    const registers = this.#copyOf(registersOf(index), REGISTERS_STRIDE);
    // What was written to x0 is in nobody's way
    registers.fill(0, REGISTER.sink, REGISTER.sink + 8);
    const state = this.#copyOf(hartBase(this.#layout, index), STATE_SIZE);
    for (const offset of OF_THE_WAY) state.fill(0, offset, offset + 8);
    all.update(registers).update(state);
    all.update(this.#copyOf(CLINT_BASE, CLINT_STRIDE * MAX_HARTS)).update(this.#copyOf(PLIC_BASE, PLIC_SIZE));
    return all.digest('hex');
  }

  /** A hash takes no shared memory. */
  #copyOf(start: number, size: number): Uint8Array {
    return this.#bytes.slice(start, start + size);
  }
}
