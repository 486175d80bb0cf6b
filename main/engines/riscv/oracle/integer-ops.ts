/** The integer arithmetic of `Ops` on bigints in [0, 2^64). */

import type { Ops } from '../isa/ops.ts';

/** A value modulo 2^64, and read as a signed number. */
export const u64 = (v: bigint): bigint => BigInt.asUintN(64, v);
export const s64 = (v: bigint): bigint => BigInt.asIntN(64, v);

const WORD = 64n;
const ALL_ONES = u64(-1n);
const amountOf = (v: bigint): bigint => BigInt.asUintN(6, v);
const bool = (v: boolean): bigint => (v ? 1n : 0n);
const signExtend = (bits: number, v: bigint): bigint => u64(BigInt.asIntN(bits, v));
const bitsOf = (v: bigint): string => v.toString(2).padStart(64, '0');

/** The 128-bit product without carries (Zbc). */
function carrylessProduct(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let i = 0n; i < WORD; i++) if ((b >> i) & 1n) product ^= a << i;
  return product;
}

type IntegerOp =
  | ('let' | 'k' | 'add' | 'sub' | 'and' | 'or' | 'xor' | 'shl' | 'shrU' | 'shrS' | 'mul' | 'mulhSS' | 'mulhUU')
  | ('mulhSU' | 'divS' | 'divU' | 'remS' | 'remU' | 'eq' | 'ne' | 'ltS' | 'ltU' | 'geS' | 'geU' | 'sext8' | 'sext16')
  | ('sext32' | 'zext32' | 'select' | 'clz' | 'ctz' | 'popcnt' | 'clmul' | 'clmulh');

export const INTEGER_OPS: Pick<Ops<bigint, number>, IntegerOp> = {
  let: (v) => v,
  k: u64,
  add: (a, b) => u64(a + b),
  sub: (a, b) => u64(a - b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, amount) => u64(a << amountOf(amount)),
  shrU: (a, amount) => a >> amountOf(amount),
  shrS: (a, amount) => u64(s64(a) >> amountOf(amount)),
  mul: (a, b) => u64(a * b),
  mulhSS: (a, b) => u64((s64(a) * s64(b)) >> WORD),
  mulhUU: (a, b) => (a * b) >> WORD,
  mulhSU: (a, b) => u64((s64(a) * b) >> WORD),
  // Overflow, -2^63 / -1, comes out right by itself: 2^63 wraps to -2^63, and the remainder is 0.
  divS: (a, b) => (b === 0n ? ALL_ONES : u64(s64(a) / s64(b))),
  divU: (a, b) => (b === 0n ? ALL_ONES : a / b),
  remS: (a, b) => (b === 0n ? a : u64(s64(a) % s64(b))),
  remU: (a, b) => (b === 0n ? a : a % b),
  eq: (a, b) => bool(a === b),
  ne: (a, b) => bool(a !== b),
  ltS: (a, b) => bool(s64(a) < s64(b)),
  ltU: (a, b) => bool(a < b),
  geS: (a, b) => bool(s64(a) >= s64(b)),
  geU: (a, b) => bool(a >= b),
  sext8: (a) => signExtend(8, a),
  sext16: (a) => signExtend(16, a),
  sext32: (a) => signExtend(32, a),
  zext32: (a) => BigInt.asUintN(32, a),
  select: (cond, a, b) => (cond === 1n ? a : b),
  clz: (a) => BigInt(`${bitsOf(a)}1`.indexOf('1')),
  ctz: (a) => BigInt(`1${bitsOf(a)}`.split('').reverse().indexOf('1')),
  popcnt: (a) => BigInt(bitsOf(a).replaceAll('0', '').length),
  clmul: (a, b) => u64(carrylessProduct(a, b)),
  clmulh: (a, b) => carrylessProduct(a, b) >> WORD,
};
