/** Traps and the returns from them, interrupts (Privileged 1.13, sections 3.1.6 to 3.1.9, 3.3, 4.1). */

import { CAUSE, ENVCFG, IRQ, MODE, MSTATUS } from '../isa/csr.ts';
import type { Ops } from '../isa/ops.ts';
import { Exception, type Hart, Illegal, type Mode, status } from './state.ts';

const INTERRUPT = 1n << 63n;
const STIP = 1n << BigInt(IRQ.sti);
/** Most urgent first (section 3.1.9). */
const PRIORITY = [IRQ.mei, IRQ.msi, IRQ.mti, IRQ.sei, IRQ.ssi, IRQ.sti] as const;

/** mip as software reads it. With Sstc on, STIP follows stimecmp alone. */
export function pendingInterrupts(h: Hart): bigint {
  const set = h.mip | h.lines;
  if ((h.menvcfg & ENVCFG.STCE) === 0n) return set;
  return h.time >= h.stimecmp ? set | STIP : set & ~STIP;
}

/** The most urgent interrupt to take now; those for M-mode come first. */
function interruptToTake(h: Hart): number | undefined {
  const ready = pendingInterrupts(h) & h.mie;
  const forM = h.mode < MODE.M || status(h, 'MIE') ? ready & ~h.mideleg : 0n;
  const forS = h.mode < MODE.S || (h.mode === MODE.S && status(h, 'SIE')) ? ready & h.mideleg : 0n;
  for (const taken of [forM, forS]) {
    const irq = PRIORITY.find((number) => (taken >> BigInt(number)) & 1n);
    if (irq !== undefined) return irq;
  }
  return undefined;
}

/** Takes an interrupt if one is pending and enabled, so that pc is at the first instruction of its handler. */
export function takeInterrupt(h: Hart): void {
  const irq = interruptToTake(h);
  if (irq !== undefined) enter(h, BigInt(irq), true, 0n);
}

/** Takes an exception of the instruction at pc. */
export function takeException(h: Hart, { cause, tval }: Exception): void {
  enter(h, BigInt(cause), false, tval);
}

function withField(value: bigint, mask: bigint, field: bigint): bigint {
  const unit = mask & -mask;
  return (value & ~mask) | (field * unit);
}

function enter(h: Hart, code: bigint, interrupt: boolean, tval: bigint): void {
  const delegated = (((interrupt ? h.mideleg : h.medeleg) >> code) & 1n) === 1n;
  const cause = interrupt ? INTERRUPT | code : code;
  const vector = (tvec: bigint): bigint => {
    const base = tvec & ~3n;
    return BigInt.asUintN(64, interrupt && (tvec & 1n) === 1n ? base + 4n * code : base);
  };
  h.reservation = undefined;
  if (delegated && h.mode !== MODE.M) {
    h.scause = cause;
    h.sepc = h.pc;
    h.stval = tval;
    h.mstatus = withField(h.mstatus, MSTATUS.SPIE, status(h, 'SIE') ? 1n : 0n);
    h.mstatus = withField(h.mstatus, MSTATUS.SIE, 0n);
    h.mstatus = withField(h.mstatus, MSTATUS.SPP, BigInt(h.mode));
    h.mode = MODE.S;
    h.pc = vector(h.stvec);
  } else {
    h.mcause = cause;
    h.mepc = h.pc;
    h.mtval = tval;
    h.mstatus = withField(h.mstatus, MSTATUS.MPIE, status(h, 'MIE') ? 1n : 0n);
    h.mstatus = withField(h.mstatus, MSTATUS.MIE, 0n);
    h.mstatus = withField(h.mstatus, MSTATUS.MPP, BigInt(h.mode));
    h.mode = MODE.M;
    h.pc = vector(h.mtvec);
  }
}

/** Returns from M-mode; yields the pc to go on at. */
function mret(h: Hart): bigint {
  if (h.mode !== MODE.M) throw new Illegal();
  const previous = Number((h.mstatus & MSTATUS.MPP) >> 11n) as Mode;
  h.mstatus = withField(h.mstatus, MSTATUS.MIE, status(h, 'MPIE') ? 1n : 0n);
  h.mstatus = withField(h.mstatus, MSTATUS.MPIE, 1n);
  h.mstatus = withField(h.mstatus, MSTATUS.MPP, BigInt(MODE.U));
  if (previous !== MODE.M) h.mstatus = withField(h.mstatus, MSTATUS.MPRV, 0n);
  h.mode = previous;
  return h.mepc;
}

/** Returns from S-mode; yields the pc to go on at. */
function sret(h: Hart): bigint {
  if (h.mode === MODE.U || (h.mode === MODE.S && status(h, 'TSR'))) throw new Illegal();
  const previous = status(h, 'SPP') ? MODE.S : MODE.U;
  h.mstatus = withField(h.mstatus, MSTATUS.SIE, status(h, 'SPIE') ? 1n : 0n);
  h.mstatus = withField(h.mstatus, MSTATUS.SPIE, 1n);
  h.mstatus = withField(h.mstatus, MSTATUS.SPP, BigInt(MODE.U));
  h.mstatus = withField(h.mstatus, MSTATUS.MPRV, 0n);
  h.mode = previous;
  return h.sepc;
}

const ECALL = { [MODE.U]: CAUSE.ecallFromU, [MODE.S]: CAUSE.ecallFromS, [MODE.M]: CAUSE.ecallFromM } as const;

/** What the privileged instructions need of whoever executes them. */
export interface Control {
  /** Goes on at `pc` behind this instruction. */
  jumpTo(pc: bigint): void;
  /** Whether built-in firmware served this call from S-mode. */
  firmware(): boolean;
}

type SystemOp = 'ecall' | 'ebreak' | 'mret' | 'sret' | 'wfi' | 'pause' | 'sfenceVma' | 'sfenceOrder';

export function systemOps(h: Hart, control: Control): Pick<Ops<bigint, number>, SystemOp> {
  return {
    ecall: () => {
      if (h.mode === MODE.S && control.firmware()) return;
      throw new Exception(ECALL[h.mode], 0n);
    },
    ebreak: () => {
      throw new Exception(CAUSE.breakpoint, h.pc);
    },
    mret: () => control.jumpTo(mret(h)),
    sret: () => control.jumpTo(sret(h)),
    wfi: () => {
      // U-mode may wait for a bounded time only (section 3.3.3)
      if (h.mode === MODE.U || (h.mode === MODE.S && status(h, 'TW'))) throw new Illegal();
    },
    pause: () => {},
    sfenceVma: () => {
      if (h.mode === MODE.U || (h.mode === MODE.S && status(h, 'TVM'))) throw new Illegal();
    },
    sfenceOrder: () => {
      if (h.mode === MODE.U) throw new Illegal();
    },
  };
}
