/** Puts a hart at the start of firmware or of a kernel. */
import { ENVCFG, MEDELEG_WRITABLE, MIDELEG_WRITABLE, MODE } from '../isa/csr.ts';
import { STATE } from '../memory/layout.ts';
import { PMP } from '../mmu/pmp.ts';
import type { Hart } from './instance.ts';

const A0 = 10;
const ECALL_FROM_S = 1n << 9n;
/** Entry 0 spans everything: NAPOT with all address bits set. */
const EVERYWHERE = (1n << 54n) - 1n;
const NAPOT = 0x18;

export interface Entry {
  readonly pc: bigint;
  /** a0, a1, a2. */
  readonly arguments: readonly bigint[];
}

/** Starts in M-mode, as after a reset: the guest's own firmware does the rest. */
export function enterFirmware(hart: Hart, entry: Entry): void {
  hart.reset(entry.pc);
  passArguments(hart, entry);
}

/**
 * Starts in S-mode in the state that SBI 2.0, section 9.1 (hart_start) and Linux' boot requirements ask for, with the host
 * as the firmware: traps that are not delegated end `run`.
 */
export function enterSupervisor(hart: Hart, entry: Entry): void {
  hart.reset(entry.pc);
  hart.set32('sbi', 1);
  hart.set32('mode', MODE.S);
  hart.set('medeleg', MEDELEG_WRITABLE & ~ECALL_FROM_S);
  hart.set('mideleg', MIDELEG_WRITABLE);
  hart.set('menvcfg', ENVCFG.STCE | ENVCFG.ADUE | ENVCFG.CBZE | ENVCFG.CBCFE | ENVCFG.CBIE);
  hart.set('mcounteren', 7n);
  hart.set('pmpaddr', EVERYWHERE);
  hart.setByte(STATE.pmpcfg, NAPOT | PMP.R | PMP.W | PMP.X);
  hart.modeChanged();
  passArguments(hart, entry);
}

function passArguments(hart: Hart, entry: Entry): void {
  entry.arguments.forEach((value, i) => {
    hart.setX(A0 + i, value);
  });
}
