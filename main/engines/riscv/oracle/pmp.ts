/** Physical memory protection (Privileged 1.13, section 3.7). */

import { MODE, PMP_ENTRIES } from '../isa/csr.ts';
import type { Hart, Mode } from './state.ts';

/** Bits of a pmpcfg byte. */
export const PMPCFG = { R: 0x01, W: 0x02, X: 0x04, A: 0x18, L: 0x80 } as const;
/** Address matching, as it stands in the A field. */
export const PMP_MATCH = { OFF: 0x00, TOR: 0x08, NA4: 0x10, NAPOT: 0x18 } as const;

export type PmpAccess = 'read' | 'write' | 'execute';
const PERMISSION = { read: PMPCFG.R, write: PMPCFG.W, execute: PMPCFG.X } as const;

interface Range {
  readonly low: bigint;
  /** The first address behind the range. */
  readonly high: bigint;
}

/** What an entry matches; undefined if it is off. A range may be empty (TOR). */
export function pmpRange(h: Hart, entry: number): Range | undefined {
  const address = h.pmpaddr[entry]!;
  switch (h.pmpcfg[entry]! & PMPCFG.A) {
    case PMP_MATCH.TOR:
      return { low: (entry === 0 ? 0n : h.pmpaddr[entry - 1]!) << 2n, high: address << 2n };
    case PMP_MATCH.NA4:
      return { low: address << 2n, high: (address << 2n) + 4n };
    case PMP_MATCH.NAPOT: {
      // k trailing ones, and the zero above them, stand for a range of 2^(k+3) bytes.
      const span = address ^ (address + 1n);
      const low = (address & ~span) << 2n;
      return { low, high: low + ((span + 1n) << 2n) };
    }
    default:
      return undefined;
  }
}

/** Whether an access to `[address, address + size)` passes. */
export function pmpAllows(h: Hart, address: bigint, size: number, access: PmpAccess, mode: Mode): boolean {
  const end = address + BigInt(size);
  for (let entry = 0; entry < PMP_ENTRIES; entry++) {
    const range = pmpRange(h, entry);
    if (range === undefined || end <= range.low || address >= range.high || range.low >= range.high) continue;
    // The lowest-numbered entry that matches any byte decides, and must match all of them.
    if (address < range.low || end > range.high) return false;
    const cfg = h.pmpcfg[entry]!;
    if (mode === MODE.M && (cfg & PMPCFG.L) === 0) return true;
    return (cfg & PERMISSION[access]) !== 0;
  }
  return mode === MODE.M;
}

/** Writes the configuration of one entry; a locked one stays. R = 0, W = 1 is reserved and becomes no access. */
export function writePmpcfg(h: Hart, entry: number, value: number): void {
  if (h.pmpcfg[entry]! & PMPCFG.L) return;
  const defined = value & (PMPCFG.R | PMPCFG.W | PMPCFG.X | PMPCFG.A | PMPCFG.L);
  h.pmpcfg[entry] = defined & PMPCFG.R ? defined : defined & ~PMPCFG.W;
}

/** Writes an address; locked are those of locked entries, and below a locked TOR entry the start of its range. */
export function writePmpaddr(h: Hart, entry: number, value: bigint): void {
  if (h.pmpcfg[entry]! & PMPCFG.L) return;
  const above = h.pmpcfg[entry + 1] ?? 0;
  if (above & PMPCFG.L && (above & PMPCFG.A) === PMP_MATCH.TOR) return;
  h.pmpaddr[entry] = BigInt.asUintN(54, value);
}
