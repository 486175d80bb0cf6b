/**
 * Platform-level interrupt controller: RISC-V PLIC specification 1.0.0, with the sources and contexts of QEMU's virt board. Quoted
 * are titles of its chapters.
 *
 * Hart threads execute it directly, several at once, while the device thread moves the wires of sources. All its state is in
 * shared memory under a lock; every thread has its own instance, which is only a view.
 *
 *     wire --> gateway --> pending --> (enabled, priority > threshold) --> line of the context (MEIP or SEIP)
 *                 ^           |
 *                 |         claim: source number, pending off, claimed on
 *                 +---- complete: claimed off; a wire that is still high makes it pending again
 */
import { PLIC, PLIC_BASE, PLIC_SOURCES } from '../memory/layout.ts';
import type { IrqLine, MmioDevice, RegisterSize, Stateful } from './device.ts';
import type { HartLines } from './hart-lines.ts';
import { SpinLock } from './spin-lock.ts';
import { integer, list, record, type StateOf, u32 } from './state.ts';

/** The largest priority and threshold: 3 bits are implemented (WARL). */
const MAX_PRIORITY = 7;
const SET_WORDS = PLIC_SOURCES / 32;
/** Source 0 does not exist ("Interrupt Priorities"). */
const SOURCE_0 = 1;

const CONTEXTS_PER_HART = 2;

/** Chapter "Memory Map". `stride` is the distance between the blocks of two contexts. */
const MAP = {
  priority: { start: 0x00_0000, size: 4 * PLIC_SOURCES },
  pending: { start: 0x00_1000, size: 4 * SET_WORDS },
  enable: { start: 0x00_2000, stride: 0x80 },
  context: { start: 0x20_0000, stride: 0x1000 },
} as const;
const CONTEXT_REGISTER = { threshold: 0, claim: 4 } as const;

type Register =
  | { kind: 'priority'; source: number }
  | { kind: 'pending'; word: number }
  | { kind: 'enable'; context: number; word: number }
  | { kind: 'threshold' | 'claim'; context: number };

const sources = list(u32, SET_WORDS, SET_WORDS);
const priority = integer(0, MAX_PRIORITY);

function shapeOf(contexts: number) {
  return record({
    pending: sources,
    level: sources,
    claimed: sources,
    priorities: list(priority, PLIC_SOURCES, PLIC_SOURCES),
    contexts: list(record({ threshold: priority, enable: sources }), contexts, contexts),
  });
}
export type PlicState = StateOf<ReturnType<typeof shapeOf>>;

export class Plic implements MmioDevice, Stateful<PlicState> {
  static readonly windowSize = 0x60_0000;
  readonly name = 'plic';
  readonly #words: Int32Array;
  readonly #lock: SpinLock;
  readonly #lines: HartLines;
  readonly #contexts: number;
  readonly #shape: ReturnType<typeof shapeOf>;

  /** A view of what is in `memory`. Context 2h is M-mode of hart h, context 2h + 1 its S-mode. */
  constructor(options: { memory: { readonly buffer: ArrayBufferLike }; harts: number; lines: HartLines }) {
    this.#words = new Int32Array(options.memory.buffer);
    this.#lock = new SpinLock(this.#words, at(PLIC.lock));
    this.#lines = options.lines;
    this.#contexts = CONTEXTS_PER_HART * options.harts;
    this.#shape = shapeOf(this.#contexts);
  }

  /** The wire of `source`, 1 to 95. */
  line(source: number): IrqLine {
    if (!Number.isInteger(source) || source < 1 || source >= PLIC_SOURCES) throw new RangeError(`No source ${source}`);
    return { set: (level) => this.#setWire(source, level) };
  }

  /** Only accesses of 32 bits ("Memory Map"). */
  read(offset: number, size: RegisterSize): number {
    const register = this.#find(offset, size);
    switch (register?.kind) {
      case 'priority':
        return Atomics.load(this.#words, at(PLIC.priority) + register.source);
      case 'pending':
        return Atomics.load(this.#words, at(PLIC.pending) + register.word) >>> 0;
      case 'enable':
        return Atomics.load(this.#words, enableOf(register.context) + register.word) >>> 0;
      case 'threshold':
        return Atomics.load(this.#words, at(PLIC.threshold) + register.context);
      case 'claim':
        return this.#locked(() => this.#claim(register.context));
      default:
        return 0;
    }
  }

  write(offset: number, size: RegisterSize, value: number): void {
    const register = this.#find(offset, size);
    switch (register?.kind) {
      case 'priority':
        if (register.source === 0) return;
        this.#store(at(PLIC.priority) + register.source, value & MAX_PRIORITY);
        break;
      case 'enable':
        this.#store(enableOf(register.context) + register.word, register.word === 0 ? value & ~SOURCE_0 : value);
        break;
      case 'threshold':
        this.#store(at(PLIC.threshold) + register.context, value & MAX_PRIORITY);
        break;
      case 'claim':
        this.#locked(() => this.#complete(register.context, value));
        break;
    }
  }

  /** May only be called, as `snapshot` and `restore` too, while all harts are paused. */
  reset(): void {
    const none = Array.from({ length: SET_WORDS }, () => 0);
    this.restore({
      pending: none,
      level: none,
      claimed: none,
      priorities: Array.from({ length: PLIC_SOURCES }, () => 0),
      contexts: Array.from({ length: this.#contexts }, () => ({ threshold: 0, enable: none })),
    });
  }

  snapshot(): PlicState {
    const words = (index: number, length: number) =>
      Array.from({ length }, (_, word) => Atomics.load(this.#words, index + word) >>> 0);
    return this.#locked(() => ({
      pending: words(at(PLIC.pending), SET_WORDS),
      level: words(at(PLIC.level), SET_WORDS),
      claimed: words(at(PLIC.claimed), SET_WORDS),
      priorities: words(at(PLIC.priority), PLIC_SOURCES),
      contexts: Array.from({ length: this.#contexts }, (_, context) => ({
        threshold: Atomics.load(this.#words, at(PLIC.threshold) + context),
        enable: words(enableOf(context), SET_WORDS),
      })),
    }));
  }

  restore(state: PlicState): void {
    const { pending, level, claimed, priorities, contexts } = this.#shape(state);
    const put = (index: number, words: number[]) => {
      words.forEach((word, i) => {
        Atomics.store(this.#words, index + i, word | 0);
      });
    };
    this.#locked(() => {
      put(at(PLIC.pending), pending);
      put(at(PLIC.level), level);
      put(at(PLIC.claimed), claimed);
      put(at(PLIC.priority), priorities);
      contexts.forEach((context, index) => {
        put(at(PLIC.threshold) + index, [context.threshold]);
        put(enableOf(index), context.enable);
      });
      this.#update();
    });
  }

  #find(offset: number, size: RegisterSize): Register | undefined {
    if (size !== 4 || offset % 4 !== 0) return undefined;
    if (offset < MAP.priority.start + MAP.priority.size) return { kind: 'priority', source: offset >> 2 };
    if (offset >= MAP.context.start) {
      const context = Math.floor((offset - MAP.context.start) / MAP.context.stride);
      const register = (offset - MAP.context.start) % MAP.context.stride;
      if (context >= this.#contexts) return undefined;
      if (register === CONTEXT_REGISTER.threshold) return { kind: 'threshold', context };
      return register === CONTEXT_REGISTER.claim ? { kind: 'claim', context } : undefined;
    }
    if (offset >= MAP.enable.start) {
      const context = Math.floor((offset - MAP.enable.start) / MAP.enable.stride);
      const word = ((offset - MAP.enable.start) % MAP.enable.stride) >> 2;
      return context < this.#contexts && word < SET_WORDS ? { kind: 'enable', context, word } : undefined;
    }
    const inPending = offset >= MAP.pending.start && offset < MAP.pending.start + MAP.pending.size;
    return inPending ? { kind: 'pending', word: (offset - MAP.pending.start) >> 2 } : undefined;
  }

  #locked<T>(body: () => T): T {
    this.#lock.lock();
    try {
      return body();
    } finally {
      this.#lock.unlock();
    }
  }

  #store(index: number, value: number): void {
    this.#locked(() => {
      Atomics.store(this.#words, index, value);
      this.#update();
    });
  }

  /** Gateway of a level-triggered source ("Interrupt Gateways"): one request until it is completed. */
  #setWire(source: number, level: boolean): void {
    if (this.#has(PLIC.level, source) === level) return;
    this.#locked(() => {
      this.#mark(PLIC.level, source, level);
      if (level && !this.#has(PLIC.claimed, source)) {
        this.#mark(PLIC.pending, source, true);
        this.#update();
      }
    });
  }

  /** "Interrupt Claim Process": the highest priority that is pending and enabled, whatever the threshold; 0 for none. */
  #claim(context: number): number {
    const source = this.#best(context, 0);
    if (source !== 0) {
      this.#mark(PLIC.pending, source, false);
      this.#mark(PLIC.claimed, source, true);
      this.#update();
    }
    return source;
  }

  /** "Interrupt Completion": silently ignored for a source that is not enabled for the context. */
  #complete(context: number, source: number): void {
    if (source === 0 || source >= PLIC_SOURCES) return;
    const enabled = (Atomics.load(this.#words, enableOf(context) + (source >> 5)) >>> (source & 31)) & 1;
    if (!enabled || !this.#has(PLIC.claimed, source)) return;
    this.#mark(PLIC.claimed, source, false);
    if (this.#has(PLIC.level, source)) {
      this.#mark(PLIC.pending, source, true);
      this.#update();
    }
  }

  /** The pending, enabled source of highest priority above `threshold`, the lowest number of equals ("Interrupt Priorities"); 0 for none. */
  #best(context: number, threshold: number): number {
    let best = 0;
    let highest = threshold;
    for (let word = 0; word < SET_WORDS; word++) {
      let bits =
        Atomics.load(this.#words, at(PLIC.pending) + word) & Atomics.load(this.#words, enableOf(context) + word);
      while (bits !== 0) {
        const source = word * 32 + (31 - Math.clz32(bits & -bits));
        const priority = Atomics.load(this.#words, at(PLIC.priority) + source);
        if (priority > highest) {
          highest = priority;
          best = source;
        }
        bits &= bits - 1;
      }
    }
    return best;
  }

  /** Sets the line of every context to what it should be now. */
  #update(): void {
    for (let context = 0; context < this.#contexts; context++) {
      const threshold = Atomics.load(this.#words, at(PLIC.threshold) + context);
      const line = context % CONTEXTS_PER_HART === 0 ? 'MEIP' : 'SEIP';
      this.#lines.set(context >> 1, line, this.#best(context, threshold) !== 0);
    }
  }

  #has(set: number, source: number): boolean {
    return ((Atomics.load(this.#words, at(set) + (source >> 5)) >>> (source & 31)) & 1) !== 0;
  }

  #mark(set: number, source: number, on: boolean): void {
    const index = at(set) + (source >> 5);
    if (on) Atomics.or(this.#words, index, 1 << (source & 31));
    else Atomics.and(this.#words, index, ~(1 << (source & 31)));
  }
}

/** Index of the word at an offset of the PLIC's part of memory. */
function at(offset: number): number {
  return (PLIC_BASE + offset) >> 2;
}

function enableOf(context: number): number {
  return at(PLIC.enable) + context * SET_WORDS;
}
