/** Loads, stores, atomics, cache blocks and instruction fetches at virtual addresses. */

import { CAUSE, ENVCFG, MODE } from '../isa/csr.ts';
import type { AccessSize, AmoKind, CboKind, Ops } from '../isa/ops.ts';
import { INTEGER_OPS, s64, u64 } from './integer-ops.ts';
import { physicalRam, type RamPlace } from './physical.ts';
import { pmpAllows } from './pmp.ts';
import { Exception, type Hart, Illegal, type Mode } from './state.ts';
import { type Access, accessFault, dataMode, translate } from './translate.ts';

const PAGE_SIZE = 4096;
/** Bytes of a cache block, as the device tree says. */
export const CACHE_BLOCK = 64;

interface Place {
  readonly va: bigint;
  readonly address: bigint;
  readonly size: number;
  /** Undefined: a device, or nothing. */
  readonly ram: RamPlace | undefined;
}

/** Translates and checks an access within one page. Throws page and access faults. */
function locate(h: Hart, va: bigint, size: number, access: Access, mode: Mode): Place {
  const address = translate(h, va, access, mode);
  const permission = access === 'manage' ? 'read' : access;
  if (!pmpAllows(h, address, size, permission, mode)) throw accessFault(access, va);
  return { va, address, size, ram: physicalRam(h, address, size) };
}

/** The same, for places that must be RAM. */
function locateRam(h: Hart, va: bigint, size: number, access: Access, mode: Mode): Place & { ram: RamPlace } {
  const place = locate(h, va, size, access, mode);
  if (place.ram === undefined) throw accessFault(access, va);
  return { ...place, ram: place.ram };
}

/** One place, or two where the access crosses a page; both are checked, in order, before either is used. */
function locateData(h: Hart, va: bigint, size: number, access: Access): Place[] {
  const mode = dataMode(h);
  const inFirst = PAGE_SIZE - Number(BigInt.asUintN(12, va));
  if (size <= inFirst) return [locate(h, va, size, access, mode)];
  const second = u64(va + BigInt(inFirst));
  return [locateRam(h, va, inFirst, access, mode), locateRam(h, second, size - inFirst, access, mode)];
}

const isAligned = (address: bigint, size: number): boolean => address % BigInt(size) === 0n;

/** Zero-extended. */
export function load(h: Hart, size: AccessSize, va: bigint): bigint {
  let value = 0n;
  let shift = 0n;
  for (const place of locateData(h, va, size, 'read')) {
    value |= (place.ram?.read() ?? loadDevice(h, place)) << shift;
    shift += BigInt(8 * place.size);
  }
  return value;
}

function loadDevice(h: Hart, { va, address, size }: Place): bigint {
  const value = isAligned(address, size) ? h.mmio?.load(address, size) : undefined;
  if (value === undefined) throw accessFault('read', va);
  return BigInt.asUintN(8 * size, value);
}

export function store(h: Hart, size: AccessSize, va: bigint, value: bigint): void {
  let rest = BigInt.asUintN(8 * size, value);
  for (const place of locateData(h, va, size, 'write')) {
    if (place.ram !== undefined) place.ram.write(rest);
    else {
      const answered = isAligned(place.address, size) && h.mmio?.store(place.address, size, rest) === true;
      if (!answered) throw accessFault('write', place.va);
    }
    rest >>= BigInt(8 * place.size);
  }
}

// Atomics work on aligned RAM only

function locateAtomic(h: Hart, size: number, va: bigint, access: 'read' | 'write'): Place & { ram: RamPlace } {
  const misaligned = access === 'read' ? CAUSE.loadAddressMisaligned : CAUSE.storeAddressMisaligned;
  if (!isAligned(va, size)) throw new Exception(misaligned, va);
  return locateRam(h, va, size, access, dataMode(h));
}

const signExtended = (size: number, value: bigint): bigint => u64(BigInt.asIntN(8 * size, value));

export function loadReserved(h: Hart, size: 4 | 8, va: bigint): bigint {
  const { address, ram } = locateAtomic(h, size, va, 'read');
  const value = ram.read();
  h.reservation = { address, size, value };
  return signExtended(size, value);
}

/** Faults even where it would fail. */
export function storeConditional(h: Hart, size: 4 | 8, va: bigint, value: bigint): bigint {
  const { address, ram } = locateAtomic(h, size, va, 'write');
  const reserved = h.reservation;
  h.reservation = undefined;
  if (reserved?.address !== address || reserved.size !== size || reserved.value !== ram.read()) return 1n;
  ram.write(value);
  return 0n;
}

const AMO: Readonly<Record<AmoKind, (memory: bigint, register: bigint) => bigint>> = {
  swap: (_, b) => b,
  add: INTEGER_OPS.add,
  xor: INTEGER_OPS.xor,
  and: INTEGER_OPS.and,
  or: INTEGER_OPS.or,
  min: (a, b) => (s64(a) < s64(b) ? a : b),
  max: (a, b) => (s64(a) < s64(b) ? b : a),
  // Words are compared sign-extended on both sides, which keeps their unsigned order.
  minu: (a, b) => INTEGER_OPS.select(INTEGER_OPS.ltU(a, b), a, b),
  maxu: (a, b) => INTEGER_OPS.select(INTEGER_OPS.ltU(a, b), b, a),
};

export function amo(h: Hart, kind: AmoKind, size: 4 | 8, va: bigint, value: bigint): bigint {
  const { ram } = locateAtomic(h, size, va, 'write');
  const old = signExtended(size, ram.read());
  ram.write(AMO[kind](old, signExtended(size, value)));
  return old;
}

// Cache blocks

/** The field of menvcfg and senvcfg that must be non-zero for modes below it to use the instruction. */
const CBO_ENABLE = { inval: ENVCFG.CBIE, clean: ENVCFG.CBCFE, flush: ENVCFG.CBCFE, zero: ENVCFG.CBZE } as const;

export function cbo(h: Hart, kind: CboKind, va: bigint): void {
  const enable = CBO_ENABLE[kind];
  if (h.mode !== MODE.M && (h.menvcfg & enable) === 0n) throw new Illegal();
  if (h.mode === MODE.U && (h.senvcfg & enable) === 0n) throw new Illegal();
  const access = kind === 'zero' ? 'write' : 'manage';
  const mode = dataMode(h);
  // The block has the page of any address in it; a fault reports the address as given.
  const block = (a: bigint): bigint => a - (a % BigInt(CACHE_BLOCK));
  const address = block(translate(h, va, access, mode));
  const ram = physicalRam(h, address, CACHE_BLOCK);
  const allowed = pmpAllows(h, address, CACHE_BLOCK, kind === 'zero' ? 'write' : 'read', mode);
  if (!allowed || ram === undefined) throw accessFault(access, va);
  if (kind === 'zero') ram.write(0n);
}

// Fetch

const isLong = (halfword: bigint): boolean => (halfword & 3n) === 3n;

/** The instruction at pc, 16 or 32 bits of it. Each halfword is an access of its own, and faults with its own address. */
export function fetch(h: Hart): number {
  const halfword = (va: bigint): bigint => locateRam(h, va, 2, 'execute', h.mode).ram.read();
  const first = halfword(h.pc);
  if (!isLong(first)) return Number(first);
  return Number(first | (halfword(u64(h.pc + 2n)) << 16n));
}

/** What `Ops` wants of memory. */
export function memoryOps(
  h: Hart,
): Pick<
  Ops<bigint, number>,
  'load' | 'store' | 'loadReserved' | 'storeConditional' | 'amo' | 'cbo' | 'fence' | 'fenceI'
> {
  return {
    load: (size, signed, va) => (signed ? signExtended(size, load(h, size, va)) : load(h, size, va)),
    store: (size, va, value) => store(h, size, va, value),
    loadReserved: (size, va) => loadReserved(h, size, va),
    storeConditional: (size, va, value) => storeConditional(h, size, va, value),
    amo: (kind, size, va, value) => amo(h, kind, size, va, value),
    cbo: (kind, va) => cbo(h, kind, va),
    // One hart that executes in order and fetches from memory has nothing to order.
    fence: () => {},
    fenceI: () => {},
  };
}
