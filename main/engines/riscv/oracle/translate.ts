/** Virtual to physical addresses: Sv39 and Sv48 (Privileged 1.13, sections 4.3.2, 4.4, 4.5), Svnapot, Svadu. No TLB. */

import { CAUSE, ENVCFG, MODE, MSTATUS } from '../isa/csr.ts';
import { physicalRam } from './physical.ts';
import { pmpAllows } from './pmp.ts';
import { Exception, type Hart, type Mode, status } from './state.ts';

/** `manage`: cache-block management, which needs what a load needs but faults as a store does (chapter "CMO"). */
export type Access = 'read' | 'write' | 'execute' | 'manage';

const PAGE_FAULT = {
  read: CAUSE.loadPageFault,
  write: CAUSE.storePageFault,
  execute: CAUSE.instructionPageFault,
  manage: CAUSE.storePageFault,
} as const;
const ACCESS_FAULT = {
  read: CAUSE.loadAccessFault,
  write: CAUSE.storeAccessFault,
  execute: CAUSE.instructionAccessFault,
  manage: CAUSE.storeAccessFault,
} as const;

export const accessFault = (access: Access, va: bigint): Exception => new Exception(ACCESS_FAULT[access], va);

const bit = (n: bigint): bigint => 1n << n;
export const PTE = {
  V: bit(0n),
  R: bit(1n),
  W: bit(2n),
  X: bit(3n),
  U: bit(4n),
  G: bit(5n),
  A: bit(6n),
  D: bit(7n),
  N: bit(63n),
} as const;
/** Bits 54 to 60, and PBMT, for there is no Svpbmt. */
const PTE_RESERVED = (0x7fn << 54n) | (3n << 61n);
const PTE_SIZE = 8;
const PAGE_SHIFT = 12n;
/** Bits of the virtual address that each level of the tables consumes. */
const VPN_BITS = 9n;
const PPN_BITS = 44;

/** Levels by satp.MODE. */
const LEVELS: Readonly<Record<string, bigint | undefined>> = { 8: 3n, 9: 4n };

/** The mode that loads and stores are made in: mstatus.MPRV lends M-mode the eyes of another. */
export function dataMode(h: Hart): Mode {
  if (h.mode !== MODE.M || !status(h, 'MPRV')) return h.mode;
  return Number((h.mstatus & MSTATUS.MPP) >> 11n) as Mode;
}

/**
 * The physical address. Sets A and D in the leaf where menvcfg.ADUE lets it.
 * Throws a page fault, or an access fault if a page table cannot be accessed; tval is `va`.
 */
export function translate(h: Hart, va: bigint, access: Access, mode: Mode): bigint {
  const levels = LEVELS[String(h.satp >> 60n)];
  if (mode === MODE.M || levels === undefined) return va;
  const pageFault = new Exception(PAGE_FAULT[access], va);

  const vaBits = Number(PAGE_SHIFT + levels * VPN_BITS);
  if (BigInt.asUintN(64, BigInt.asIntN(vaBits, va)) !== va) throw pageFault;

  // Step 1
  let table = BigInt.asUintN(PPN_BITS, h.satp) << PAGE_SHIFT;
  for (let level = levels - 1n; level >= 0n; level--) {
    // Step 2
    const shift = PAGE_SHIFT + level * VPN_BITS;
    const pteAddress = table + BigInt.asUintN(Number(VPN_BITS), va >> shift) * BigInt(PTE_SIZE);
    const pteRam = physicalRam(h, pteAddress, PTE_SIZE);
    if (pteRam === undefined || !pmpAllows(h, pteAddress, PTE_SIZE, 'read', MODE.S)) throw accessFault(access, va);
    const pte = pteRam.read();
    // Step 3
    const has = (bits: bigint): boolean => (pte & bits) !== 0n;
    if (!has(PTE.V) || (!has(PTE.R) && has(PTE.W)) || has(PTE_RESERVED)) throw pageFault;
    const ppn = BigInt.asUintN(PPN_BITS, pte >> 10n);
    // Step 4
    if (!has(PTE.R) && !has(PTE.X)) {
      if (has(PTE.D | PTE.A | PTE.U | PTE.N)) throw pageFault;
      table = ppn << PAGE_SHIFT;
      continue;
    }
    // Step 5: a leaf. U and SUM; then R, W, X and MXR
    if (has(PTE.U)) {
      if (mode === MODE.S && (access === 'execute' || !status(h, 'SUM'))) throw pageFault;
    } else if (mode === MODE.U) throw pageFault;
    const readable = has(PTE.R) || (status(h, 'MXR') && has(PTE.X));
    const allowed = access === 'write' ? has(PTE.W) : access === 'execute' ? has(PTE.X) : readable;
    if (!allowed) throw pageFault;
    // Step 6: a superpage must be aligned
    const pageBits = Number(level * VPN_BITS);
    if (BigInt.asUintN(pageBits, ppn) !== 0n) throw pageFault;
    // Svnapot: 64 KiB is the only size, and there are no such superpages
    if (has(PTE.N) && (level !== 0n || BigInt.asUintN(4, ppn) !== 0b1000n)) throw pageFault;
    const offsetBits = has(PTE.N) ? 4 : pageBits;
    // Step 7
    const updated = pte | PTE.A | (access === 'write' ? PTE.D : 0n);
    if (updated !== pte) {
      if ((h.menvcfg & ENVCFG.ADUE) === 0n) throw pageFault;
      if (!pmpAllows(h, pteAddress, PTE_SIZE, 'write', MODE.S)) throw accessFault(access, va);
      pteRam.write(updated);
    }
    // Step 8
    const size = Number(PAGE_SHIFT) + offsetBits;
    return (((ppn << PAGE_SHIFT) >> BigInt(size)) << BigInt(size)) | BigInt.asUintN(size, va);
  }
  throw pageFault;
}
