/** Control and status registers: what reading yields and what a write leaves (Privileged 1.13, chapters 2 to 4). */

import {
  CSR,
  ENVCFG,
  IRQ,
  MEDELEG_WRITABLE,
  MENVCFG_WRITABLE,
  MIDELEG_WRITABLE,
  MIE_WRITABLE,
  MISA,
  MODE,
  MSTATUS,
  MSTATUS_WRITABLE,
  PMP_ENTRIES,
  SENVCFG_WRITABLE,
  SSTATUS_VISIBLE,
  SSTATUS_WRITABLE,
} from '../isa/csr.ts';
import type { CsrKind } from '../isa/ops.ts';
import { u64 } from './integer-ops.ts';
import { writePmpaddr, writePmpcfg } from './pmp.ts';
import { type Hart, Illegal, setFloatDirty, status } from './state.ts';
import { pendingInterrupts } from './traps.ts';

interface Row {
  readonly read: (h: Hart) => bigint;
  /** Without it a write has no effect. */
  readonly write?: (h: Hart, value: bigint) => void;
  /** What CSRRS and CSRRC modify, where that is not what they read. */
  readonly modified?: (h: Hart) => bigint;
  /** Beyond what the number says (section 2.1). */
  readonly accessible?: (h: Hart) => boolean;
}

type Plain =
  | ('mscratch' | 'mepc' | 'mcause' | 'mtval' | 'medeleg' | 'mideleg' | 'mie' | 'mcounteren')
  | ('sscratch' | 'sepc' | 'scause' | 'stval' | 'scounteren');

const merge = (old: bigint, value: bigint, mask: bigint): bigint => (old & ~mask) | (value & mask);
const plain = (name: Plain, mask = u64(-1n)): Row => ({
  read: (h) => h[name],
  write: (h, value) => {
    h[name] = value & mask;
  },
});
const constant = (value: bigint): Row => ({ read: () => value });

const readStatus = (h: Hart): bigint => h.mstatus | ((h.mstatus & MSTATUS.FS) === MSTATUS.FS ? MSTATUS.SD : 0n);
function writeStatus(h: Hart, value: bigint, mask: bigint): void {
  const reserved = (value & MSTATUS.MPP) >> 11n === 2n;
  h.mstatus = merge(h.mstatus, value, reserved ? mask & ~MSTATUS.MPP : mask);
}

/** MODE 2 and 3 are reserved: such a write is ignored. */
const trapVector = (name: 'mtvec' | 'stvec'): Row => ({
  read: (h) => h[name],
  write: (h, value) => {
    if ((value & 2n) === 0n) h[name] = value;
  },
});

/** CBIE = 2 is reserved: such a write leaves the field. */
const environment = (name: 'menvcfg' | 'senvcfg', writable: bigint): Row => ({
  read: (h) => h[name],
  write: (h, value) => {
    const reserved = (value & ENVCFG.CBIE) >> 4n === 2n;
    h[name] = merge(h[name], value, reserved ? writable & ~ENVCFG.CBIE : writable);
  },
});

const floatCsr = (read: (h: Hart) => number, write: (h: Hart, value: number) => void): Row => ({
  read: (h) => BigInt(read(h)),
  write: (h, value) => {
    write(h, Number(value & 0xffn));
    setFloatDirty(h);
  },
  accessible: (h) => (h.mstatus & MSTATUS.FS) !== 0n,
});

/** Whether mcounteren, and for U-mode scounteren, lets the current mode use a counter. */
function counterEnabled(h: Hart, number: number): boolean {
  const inM = (h.mcounteren >> BigInt(number)) & 1n;
  const inS = (h.scounteren >> BigInt(number)) & 1n;
  return h.mode === MODE.M || (inM === 1n && (h.mode === MODE.S || inS === 1n));
}
const userCounter = (number: number, read: (h: Hart) => bigint): Row => ({
  read,
  accessible: (h) => counterEnabled(h, number),
});
/** A write takes effect behind the writing instruction, which the hart counts afterwards. */
const machineCounter = (name: 'cycle' | 'instret'): Row => ({
  read: (h) => h[name],
  write: (h, value) => {
    h[name] = u64(value - 1n);
  },
});

const SSIP = 1n << BigInt(IRQ.ssi);
const STIP = 1n << BigInt(IRQ.sti);
const SEIP = 1n << BigInt(IRQ.sei);
const TM = 1;

const ROWS = new Map<number, Row>([
  [
    CSR.fflags,
    floatCsr(
      (h) => h.fflags,
      (h, value) => {
        h.fflags = value & 0x1f;
      },
    ),
  ],
  [
    CSR.frm,
    floatCsr(
      (h) => h.frm,
      (h, value) => {
        h.frm = value & 7;
      },
    ),
  ],
  [
    CSR.fcsr,
    floatCsr(
      (h) => (h.frm << 5) | h.fflags,
      (h, value) => {
        h.fflags = value & 0x1f;
        h.frm = value >> 5;
      },
    ),
  ],
  [CSR.cycle, userCounter(0, (h) => h.cycle)],
  [CSR.time, userCounter(TM, (h) => h.time)],
  [CSR.instret, userCounter(2, (h) => h.instret)],
  [CSR.mcycle, machineCounter('cycle')],
  [CSR.minstret, machineCounter('instret')],
  [CSR.mcountinhibit, constant(0n)],

  [CSR.mvendorid, constant(0n)],
  [CSR.marchid, constant(0n)],
  [CSR.mimpid, constant(0n)],
  [CSR.mhartid, { read: (h) => h.mhartid }],
  [CSR.mconfigptr, constant(0n)],
  [CSR.misa, constant(MISA)],
  // No triggers: every tselect that is written reads back as 0, and tdata1 says that there is none.
  [CSR.tselect, constant(0n)],
  [CSR.tdata1, constant(0n)],
  [CSR.tdata2, constant(0n)],
  [CSR.tdata3, constant(0n)],

  [CSR.mstatus, { read: readStatus, write: (h, value) => writeStatus(h, value, MSTATUS_WRITABLE) }],
  [
    CSR.sstatus,
    { read: (h) => readStatus(h) & SSTATUS_VISIBLE, write: (h, value) => writeStatus(h, value, SSTATUS_WRITABLE) },
  ],
  [CSR.medeleg, plain('medeleg', MEDELEG_WRITABLE)],
  [CSR.mideleg, plain('mideleg', MIDELEG_WRITABLE)],
  [CSR.mie, plain('mie', MIE_WRITABLE)],
  [
    CSR.sie,
    {
      read: (h) => h.mie & h.mideleg,
      write: (h, value) => {
        h.mie = merge(h.mie, value, h.mideleg);
      },
    },
  ],
  [
    CSR.mip,
    {
      read: pendingInterrupts,
      // Section 3.1.9: the external controller's signal does not take part in read-modify-write
      modified: (h) => h.mip,
      write: (h, value) => {
        h.mip = merge(h.mip, value, h.menvcfg & ENVCFG.STCE ? SSIP | SEIP : SSIP | STIP | SEIP);
      },
    },
  ],
  [
    CSR.sip,
    {
      read: (h) => pendingInterrupts(h) & h.mideleg,
      modified: (h) => h.mip & h.mideleg,
      write: (h, value) => {
        h.mip = merge(h.mip, value, h.mideleg & SSIP);
      },
    },
  ],
  [CSR.mtvec, trapVector('mtvec')],
  [CSR.stvec, trapVector('stvec')],
  [CSR.mcounteren, plain('mcounteren', 7n)],
  [CSR.scounteren, plain('scounteren', 7n)],
  [CSR.menvcfg, environment('menvcfg', MENVCFG_WRITABLE)],
  [CSR.senvcfg, environment('senvcfg', SENVCFG_WRITABLE)],
  [CSR.mscratch, plain('mscratch')],
  [CSR.mepc, plain('mepc', u64(~1n))],
  [CSR.mcause, plain('mcause')],
  [CSR.mtval, plain('mtval')],
  [CSR.sscratch, plain('sscratch')],
  [CSR.sepc, plain('sepc', u64(~1n))],
  [CSR.scause, plain('scause')],
  [CSR.stval, plain('stval')],
  [
    CSR.stimecmp,
    {
      read: (h) => h.stimecmp,
      write: (h, value) => {
        h.stimecmp = value;
      },
      accessible: (h) => h.mode === MODE.M || ((h.menvcfg & ENVCFG.STCE) !== 0n && counterEnabled(h, TM)),
    },
  ],
  [
    CSR.satp,
    {
      read: (h) => h.satp,
      // Bare, Sv39, Sv48; no ASIDs
      write: (h, value) => {
        if ([0n, 8n, 9n].includes(value >> 60n)) h.satp = value & ((0xfn << 60n) | ((1n << 44n) - 1n));
      },
      accessible: (h) => !(h.mode === MODE.S && status(h, 'TVM')),
    },
  ],
  ...hpmRows(),
  ...pmpRows(),
]); // prettier-ignore

function hpmRows(): [number, Row][] {
  return Array.from({ length: 29 }, (_, i): [number, Row][] => [
    [CSR.mhpmcounter3 + i, constant(0n)],
    [CSR.mhpmevent3 + i, constant(0n)],
    [CSR.hpmcounter3 + i, userCounter(3 + i, () => 0n)],
  ]).flat();
}

/** 64 entries have numbers; those that do not exist read 0. On RV64 only even pmpcfg registers exist. */
function pmpRows(): [number, Row][] {
  const rows: [number, Row][] = [];
  for (let first = 0; first < 64; first += 8) {
    const entries = Array.from({ length: 8 }, (_, i) => first + i).filter((entry) => entry < PMP_ENTRIES);
    const shift = (entry: number): bigint => BigInt(8 * (entry - first));
    rows.push([
      CSR.pmpcfg0 + first / 4,
      {
        read: (h) => entries.reduce((sum, entry) => sum | (BigInt(h.pmpcfg[entry]!) << shift(entry)), 0n),
        write: (h, value) => {
          for (const entry of entries) writePmpcfg(h, entry, Number((value >> shift(entry)) & 0xffn));
        },
      },
    ]);
  }
  for (let entry = 0; entry < 64; entry++) {
    const exists = entry < PMP_ENTRIES;
    const row: Row = { read: (h) => h.pmpaddr[entry]!, write: (h, value) => writePmpaddr(h, entry, value) };
    rows.push([CSR.pmpaddr0 + entry, exists ? row : constant(0n)]);
  }
  return rows;
}

/**
 * Carries out a CSR instruction and yields the old value. `operand` is undefined where the instruction does not write
 * (CSRRS and CSRRC with x0 or a zero immediate). Throws Illegal.
 */
export function accessCsr(h: Hart, number: number, kind: CsrKind, operand: bigint | undefined): bigint {
  const row = ROWS.get(number);
  const leastMode = (number >> 8) & 3;
  const readOnly = number >> 10 === 3;
  if (row === undefined || h.mode < leastMode || (readOnly && operand !== undefined)) throw new Illegal();
  if (row.accessible !== undefined && !row.accessible(h)) throw new Illegal();
  const old = row.read(h);
  if (operand !== undefined) {
    const modified = row.modified?.(h) ?? old;
    const value = kind === 'write' ? operand : kind === 'set' ? modified | operand : modified & ~operand;
    row.write?.(h, value);
  }
  return old;
}

/** A CSR whatever the mode, as a debugger would read it. Throws a RangeError if there is none. */
export function readCsr(h: Hart, number: number): bigint {
  const row = ROWS.get(number);
  if (row === undefined) throw new RangeError(`No CSR has the number 0x${number.toString(16)}`);
  return row.read(h);
}

/** Writes a CSR whatever the mode, legalising the value as a CSR instruction would. */
export function writeCsr(h: Hart, number: number, value: bigint): void {
  const row = ROWS.get(number);
  if (row === undefined) throw new RangeError(`No CSR has the number 0x${number.toString(16)}`);
  row.write?.(h, u64(value));
}

/** The names of all CSRs that can differ between two runs of a program, with their numbers. */
export const COMPARED_CSRS: readonly (readonly [string, number])[] = [
  ...Object.entries(CSR).filter(([name]) => !/^(m?cycle|m?instret|time|pmp.*)$/.test(name)),
  ...[0, 2].map((bank) => [`pmpcfg${bank}`, CSR.pmpcfg0 + bank] as const),
  ...Array.from({ length: PMP_ENTRIES }, (_, i) => [`pmpaddr${i}`, CSR.pmpaddr0 + i] as const),
];
