/** What a hart remembers, and what it is connected to. */

import { MODE, MSTATUS, PMP_ENTRIES } from '../isa/csr.ts';

export type Mode = (typeof MODE)[keyof typeof MODE];

/** Devices. Accesses are naturally aligned and lie outside RAM. */
export interface Mmio {
  /** The value read, or undefined if no device answers at that physical address. */
  load(address: bigint, size: number): bigint | undefined;
  /** False if no device answers. */
  store(address: bigint, size: number, value: bigint): boolean;
}

export interface HartOptions {
  /** Guest RAM, at `ramBase`. */
  readonly ram: Uint8Array<ArrayBuffer>;
  readonly ramBase?: bigint;
  readonly mmio?: Mmio;
  readonly hartId?: bigint;
}

export const RAM_BASE = 0x8000_0000n;

/** SXL and UXL say 64 bits and cannot be written. */
const XLEN_64 = (2n << 32n) | (2n << 34n);

/** All 64-bit values are bigints in [0, 2^64). CSRs hold what was written, legalised; `csr.ts` knows what reading yields. */
export class Hart {
  readonly ram: Uint8Array<ArrayBuffer>;
  readonly ramBase: bigint;
  readonly mmio: Mmio | undefined;
  readonly mhartid: bigint;

  readonly x: bigint[] = new Array<bigint>(32).fill(0n);
  readonly f: bigint[] = new Array<bigint>(32).fill(0n);
  pc = 0n;
  mode: Mode = MODE.M;

  /** Levels of the interrupt lines into this hart, bit positions as in mip; the caller sets them between steps. */
  lines = 0n;
  /** The value of `time`, in ticks; the caller sets it between steps. */
  time = 0n;

  fflags = 0;
  frm = 0;
  /** Without SD, which follows from FS. */
  mstatus = XLEN_64;
  medeleg = 0n;
  mideleg = 0n;
  mie = 0n;
  /** The bits of mip that software sets; the lines and stimecmp are not in here. */
  mip = 0n;
  mtvec = 0n;
  mcounteren = 0n;
  menvcfg = 0n;
  mscratch = 0n;
  mepc = 0n;
  mcause = 0n;
  mtval = 0n;
  stvec = 0n;
  scounteren = 0n;
  senvcfg = 0n;
  sscratch = 0n;
  sepc = 0n;
  scause = 0n;
  stval = 0n;
  stimecmp = 0xffff_ffff_ffff_ffffn;
  satp = 0n;
  readonly pmpcfg: number[] = new Array<number>(PMP_ENTRIES).fill(0);
  readonly pmpaddr: bigint[] = new Array<bigint>(PMP_ENTRIES).fill(0n);
  /** Steps taken, and instructions retired, as mcycle and minstret count them. */
  cycle = 0n;
  instret = 0n;

  /** What LR reserved: physical address, size in bytes, and the value seen. */
  reservation: { readonly address: bigint; readonly size: number; readonly value: bigint } | undefined;

  constructor(options: HartOptions) {
    this.ram = options.ram;
    this.ramBase = options.ramBase ?? RAM_BASE;
    this.mmio = options.mmio;
    this.mhartid = options.hartId ?? 0n;
  }
}

/** Whether a bit of mstatus is set. */
export function status(h: Hart, bit: Exclude<keyof typeof MSTATUS, 'FS' | 'MPP' | 'UXL' | 'SXL' | 'SD'>): boolean {
  return (h.mstatus & MSTATUS[bit]) !== 0n;
}

/** Marks the floating-point state dirty (mstatus.FS = 3). */
export function setFloatDirty(h: Hart): void {
  h.mstatus |= MSTATUS.FS;
}

/** Thrown by whatever part of an instruction takes an exception; `Oracle.step` turns it into a trap. */
export class Exception {
  readonly cause: number;
  readonly tval: bigint;
  constructor(cause: number, tval: bigint) {
    this.cause = cause;
    this.tval = tval;
  }
}

/** Thrown where an instruction is illegal; `Oracle.step` knows its bits, which become tval. */
export class Illegal {}
