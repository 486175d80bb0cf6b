/** Memory as a hart sees it, read without leaving a trace: no accessed bits are set, no TLB is filled, no fault is raised. */
import type { Hart } from '../hart/instance.ts';
import { MODE } from '../isa/csr.ts';
import type { GuestRam } from '../memory/guest-ram.ts';
import { PAGE_SIZE } from '../memory/layout.ts';

/** Of a page-table entry (Privileged 1.13, section 4.4.1). */
const PTE = { V: 1n, R: 2n, W: 4n, X: 8n, N: 1n << 63n, ppnShift: 10n, ppnBits: 44 } as const;
const VPN_BITS = 9n;
const PAGE_SHIFT = 12n;
/** satp.MODE -> levels of page tables. */
const LEVELS: ReadonlyMap<bigint, number> = new Map([
  [8n, 3],
  [9n, 4],
]);

/** The guest-physical address of `address`; undefined where nothing is mapped. Whoever may use the page is not looked at. */
export function translateQuietly(hart: Hart, ram: GuestRam, address: bigint): bigint | undefined {
  const satp = hart.get('satp');
  const levels = hart.get32('mode') === MODE.M ? undefined : LEVELS.get(satp >> 60n);
  if (levels === undefined) return BigInt.asUintN(64, address);
  // Section 4.4.1: an address must be the sign extension of those of its bits that are translated.
  const bits = Number(VPN_BITS) * levels + Number(PAGE_SHIFT);
  if (BigInt.asUintN(64, BigInt.asIntN(bits, address)) !== BigInt.asUintN(64, address)) return undefined;
  let table = BigInt.asUintN(44, satp) << PAGE_SHIFT;
  for (let level = levels - 1; level >= 0; level--) {
    const shift = PAGE_SHIFT + VPN_BITS * BigInt(level);
    const index = (address >> shift) & ((1n << VPN_BITS) - 1n);
    const bytes = ram.span(Number(table + index * 8n), 8, 'read');
    if (!bytes) return undefined;
    const pte = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
    if ((pte & PTE.V) === 0n) return undefined;
    const target = BigInt.asUintN(PTE.ppnBits, pte >> PTE.ppnShift) << PAGE_SHIFT;
    if ((pte & (PTE.R | PTE.X)) === 0n) {
      table = target;
      continue;
    }
    // Svnapot: the low four bits of the page number say 64 KiB, and come from the address.
    const pageShift = (pte & PTE.N) !== 0n && level === 0 ? 16n : shift;
    const within = (1n << pageShift) - 1n;
    return (target & ~within) | (address & within);
  }
  return undefined;
}

/** Up to `length` bytes from `address`; fewer where the rest is not RAM, so none at a bad address. */
export function readMemory(hart: Hart, ram: GuestRam, address: bigint, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const done = eachPage(hart, ram, address, length, 'read', (bytes, at) => out.set(bytes, at));
  return out.subarray(0, done);
}

/** True if all of `bytes` lie in RAM; then they have been written. Harts must be told, for they may execute from there. */
export function writeMemory(hart: Hart, ram: GuestRam, address: bigint, bytes: Uint8Array): boolean {
  if (readMemory(hart, ram, address, bytes.length).length < bytes.length) return false;
  eachPage(hart, ram, address, bytes.length, 'write', (span, at) => span.set(bytes.subarray(at, at + span.length)));
  return true;
}

function eachPage(
  hart: Hart,
  ram: GuestRam,
  address: bigint,
  length: number,
  access: 'read' | 'write',
  visit: (span: Uint8Array, at: number) => void,
): number {
  let done = 0;
  while (done < length) {
    const virtual = BigInt.asUintN(64, address + BigInt(done));
    const physical = translateQuietly(hart, ram, virtual);
    const size = Math.min(length - done, PAGE_SIZE - Number(virtual % BigInt(PAGE_SIZE)));
    const span = physical === undefined ? null : ram.span(Number(physical), size, access);
    if (!span) break;
    visit(span, done);
    done += size;
  }
  return done;
}
