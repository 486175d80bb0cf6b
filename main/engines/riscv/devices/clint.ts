/**
 * Core-local interruptor: SiFive's CLINT, which RISC-V ACLINT 1.0 describes as an MSWI device, then an MTIMER device.
 *
 * Hart threads execute it directly, several at once. Its state is in shared memory: mtimecmp in the CLINT's own words, msip
 * in the hart's MSIP line. MTIP has no line here: each hart compares mtimecmp with the time itself.
 */
import { CLINT_BASE, CLINT_STRIDE } from '../memory/layout.ts';
import type { MmioDevice, RegisterSize, Stateful } from './device.ts';
import type { HartLines } from './hart-lines.ts';
import { bool, list, record, type StateOf, u64 } from './state.ts';

/** Start of each kind of register; one per hart, `stride` bytes apart. ACLINT 1.0, sections 2.1 and 3.1. */
const MSIP = { start: 0x0000, stride: 4 } as const;
const MTIMECMP = { start: 0x4000, stride: 8 } as const;
const MTIME = 0xbff8;

const NEVER = 0xffff_ffff_ffff_ffffn;

type Register = { kind: 'msip' | 'mtimecmpLow' | 'mtimecmpHigh'; hart: number } | { kind: 'mtimeLow' | 'mtimeHigh' };

function shapeOf(harts: number) {
  return record({ msip: list(bool, harts, harts), mtimecmp: list(u64, harts, harts) });
}
export type ClintState = StateOf<ReturnType<typeof shapeOf>>;

export interface ClintOptions {
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly harts: number;
  readonly lines: HartLines;
  /** The value of mtime, in ticks of the board's timebase. */
  mtime(): bigint;
  /** Called where the guest sets mtime; without it mtime is read-only. */
  setMtime?(ticks: bigint): void;
}

export class Clint implements MmioDevice, Stateful<ClintState> {
  static readonly windowSize = 0x10000;
  readonly name = 'clint';
  readonly #options: ClintOptions;
  readonly #words: Int32Array;
  readonly #shape: ReturnType<typeof shapeOf>;

  /** A view of what is in `memory`; whoever makes the machine calls `reset` once, before any hart runs. */
  constructor(options: ClintOptions) {
    this.#options = options;
    this.#words = new Int32Array(options.memory.buffer);
    this.#shape = shapeOf(options.harts);
  }

  /** Only accesses of 32 bits: the halves of a 64-bit one come one after the other. */
  read(offset: number, size: RegisterSize): number {
    const register = size === 4 && offset % 4 === 0 ? this.#find(offset) : undefined;
    switch (register?.kind) {
      case 'msip':
        return Number(this.#options.lines.get(register.hart, 'MSIP'));
      case 'mtimecmpLow':
        return Atomics.load(this.#words, wordOf(register.hart)) >>> 0;
      case 'mtimecmpHigh':
        return Atomics.load(this.#words, wordOf(register.hart) + 1) >>> 0;
      case 'mtimeLow':
        return Number(BigInt.asUintN(32, this.#options.mtime()));
      case 'mtimeHigh':
        return Number(BigInt.asUintN(32, this.#options.mtime() >> 32n));
      default:
        return 0;
    }
  }

  write(offset: number, size: RegisterSize, value: number): void {
    const register = size === 4 && offset % 4 === 0 ? this.#find(offset) : undefined;
    switch (register?.kind) {
      case 'msip':
        this.#options.lines.set(register.hart, 'MSIP', (value & 1) !== 0);
        break;
      case 'mtimecmpLow':
        Atomics.store(this.#words, wordOf(register.hart), value | 0);
        this.#options.lines.attention(register.hart);
        break;
      case 'mtimecmpHigh':
        Atomics.store(this.#words, wordOf(register.hart) + 1, value | 0);
        this.#options.lines.attention(register.hart);
        break;
      case 'mtimeLow':
        this.#setMtime((this.#options.mtime() & ~0xffff_ffffn) | BigInt(value));
        break;
      case 'mtimeHigh':
        this.#setMtime((this.#options.mtime() & 0xffff_ffffn) | (BigInt(value) << 32n));
        break;
    }
  }

  /** May only be called, as `snapshot` and `restore` too, while all harts are paused. */
  reset(): void {
    const harts = Array.from({ length: this.#options.harts });
    this.restore({ msip: harts.map(() => false), mtimecmp: harts.map(() => NEVER) });
  }

  snapshot(): ClintState {
    const harts = Array.from({ length: this.#options.harts }, (_, hart) => hart);
    return {
      msip: harts.map((hart) => this.#options.lines.get(hart, 'MSIP')),
      mtimecmp: harts.map((hart) => {
        const low = Atomics.load(this.#words, wordOf(hart));
        const high = Atomics.load(this.#words, wordOf(hart) + 1);
        return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
      }),
    };
  }

  restore(state: ClintState): void {
    const { msip, mtimecmp } = this.#shape(state);
    msip.forEach((level, hart) => {
      this.#options.lines.set(hart, 'MSIP', level);
    });
    mtimecmp.forEach((ticks, hart) => {
      Atomics.store(this.#words, wordOf(hart), Number(BigInt.asIntN(32, ticks)));
      Atomics.store(this.#words, wordOf(hart) + 1, Number(BigInt.asIntN(32, ticks >> 32n)));
      this.#options.lines.attention(hart);
    });
  }

  #setMtime(ticks: bigint): void {
    this.#options.setMtime?.(ticks);
    // Every hart's deadline was computed from the old time.
    for (let hart = 0; hart < this.#options.harts; hart++) this.#options.lines.attention(hart);
  }

  #find(offset: number): Register | undefined {
    const { harts } = this.#options;
    if (offset >= MSIP.start && offset < MSIP.start + harts * MSIP.stride) {
      return { kind: 'msip', hart: (offset - MSIP.start) / MSIP.stride };
    }
    if (offset >= MTIMECMP.start && offset < MTIMECMP.start + harts * MTIMECMP.stride) {
      const hart = Math.floor((offset - MTIMECMP.start) / MTIMECMP.stride);
      return { kind: offset % MTIMECMP.stride === 0 ? 'mtimecmpLow' : 'mtimecmpHigh', hart };
    }
    if (offset === MTIME) return { kind: 'mtimeLow' };
    if (offset === MTIME + 4) return { kind: 'mtimeHigh' };
    return undefined;
  }
}

/** Index of the low word of a hart's mtimecmp. */
function wordOf(hart: number): number {
  return (CLINT_BASE + hart * CLINT_STRIDE) >> 2;
}
