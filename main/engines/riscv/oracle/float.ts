/**
 * Slow, obvious IEEE 754-2019 binary arithmetic with the choices RISC-V makes (unprivileged ISA, chapters "F" and "D").
 *
 * It exists to be believed: every operation unpacks its operands to an exact `sig * 2^exp`, computes with BigInt
 * without error (or with a sticky bit for what a quotient or a root leaves over), and hands the exact value to `round`,
 * the only place that rounds, overflows, underflows and sets NX, OF or UF. The fast soft-float is tested against it.
 *
 * Operands and results are raw bit patterns: bigints in [0, 2^width). NaN boxing is the caller's business.
 * All functions are pure. None throws on any guest-chosen pattern.
 */

import type { Finite, FloatResult, Format, Infinite, RoundingMode, Sign, Unpacked } from './float-format.ts';
import { bitLength, canonicalNan, FFLAG, infinity, RM, round, roundToQuantum, unpack, zero } from './float-format.ts';

export type { FloatResult, Format, RoundingMode } from './float-format.ts';
export { canonicalNan, F32, F64, FFLAG, RM } from './float-format.ts';

/** What a comparison returns. */
export interface CompareResult {
  readonly value: 0 | 1;
  readonly flags: number;
}

/** An integer type of the FCVT instructions. */
export interface IntFormat {
  readonly signed: boolean;
  readonly width: 32 | 64;
}

/** A bit of `classify`'s mask: the table of FCLASS. */
export const CLASS = {
  NEG_INF: 1 << 0,
  NEG_NORMAL: 1 << 1,
  NEG_SUBNORMAL: 1 << 2,
  NEG_ZERO: 1 << 3,
  POS_ZERO: 1 << 4,
  POS_SUBNORMAL: 1 << 5,
  POS_NORMAL: 1 << 6,
  POS_INF: 1 << 7,
  SIGNALING_NAN: 1 << 8,
  QUIET_NAN: 1 << 9,
} as const;

// ---- Arithmetic ----------------------------------------------------------------------------------------------------

const isSignaling = (...operands: readonly Unpacked[]): boolean =>
  operands.some((o) => o.kind === 'nan' && o.signaling);

const nan = (fmt: Format, invalid: boolean): FloatResult => ({
  bits: canonicalNan(fmt),
  flags: invalid ? FFLAG.NV : 0,
});

const exact = (bits: bigint): FloatResult => ({ bits, flags: 0 });

const flip = (sign: Sign): Sign => (sign === 0 ? 1 : 0);
const productSign = (a: { sign: Sign }, b: { sign: Sign }): Sign => (a.sign === b.sign ? 0 : 1);

function negated<T extends Unpacked>(a: T): T {
  return a.kind === 'nan' ? a : { ...a, sign: flip(a.sign) };
}

/** The signed numerators of both values over their common power of two, the smaller exponent. */
function aligned(a: Finite, b: Finite): { a: bigint; b: bigint; exp: number } {
  const exp = Math.min(a.exp, b.exp);
  const numerator = (v: Finite): bigint => (v.sign === 0 ? v.sig : -v.sig) << BigInt(v.exp - exp);
  return { a: numerator(a), b: numerator(b), exp };
}

function addFinite(fmt: Format, a: Finite, b: Finite, rm: RoundingMode): FloatResult {
  const terms = aligned(a, b);
  const sum = terms.a + terms.b;
  if (sum === 0n) {
    // IEEE 754-2019 6.3: zeros of one sign keep it; an exact cancellation is +0, or -0 when rounding down.
    const bothZero = a.sig === 0n && b.sig === 0n;
    return exact(zero(fmt, bothZero && a.sign === b.sign ? a.sign : rm === RM.RDN ? 1 : 0));
  }
  return sum < 0n ? round(fmt, 1, -sum, terms.exp, false, rm) : round(fmt, 0, sum, terms.exp, false, rm);
}

/** a + b of values that need not fit the format (a product has twice the bits). */
function addUnpacked(fmt: Format, a: Unpacked, b: Unpacked, rm: RoundingMode): FloatResult {
  if (a.kind === 'nan' || b.kind === 'nan') return nan(fmt, isSignaling(a, b));
  if (a.kind === 'inf' && b.kind === 'inf') {
    return a.sign === b.sign ? exact(infinity(fmt, a.sign)) : nan(fmt, true);
  }
  if (a.kind === 'inf') return exact(infinity(fmt, a.sign));
  if (b.kind === 'inf') return exact(infinity(fmt, b.sign));
  return addFinite(fmt, a, b, rm);
}

/** The exact product, or undefined for infinity times zero. */
function multiply(a: Finite | Infinite, b: Finite | Infinite): Finite | Infinite | undefined {
  const sign = productSign(a, b);
  if (a.kind === 'finite' && b.kind === 'finite') {
    return { kind: 'finite', sign, sig: a.sig * b.sig, exp: a.exp + b.exp };
  }
  const timesZero = (a.kind === 'finite' && a.sig === 0n) || (b.kind === 'finite' && b.sig === 0n);
  return timesZero ? undefined : { kind: 'inf', sign };
}

/** FADD. */
export function add(fmt: Format, a: bigint, b: bigint, rm: RoundingMode): FloatResult {
  return addUnpacked(fmt, unpack(fmt, a), unpack(fmt, b), rm);
}

/** FSUB: a - b. */
export function sub(fmt: Format, a: bigint, b: bigint, rm: RoundingMode): FloatResult {
  return addUnpacked(fmt, unpack(fmt, a), negated(unpack(fmt, b)), rm);
}

/** FMUL. */
export function mul(fmt: Format, a: bigint, b: bigint, rm: RoundingMode): FloatResult {
  const x = unpack(fmt, a);
  const y = unpack(fmt, b);
  if (x.kind === 'nan' || y.kind === 'nan') return nan(fmt, isSignaling(x, y));
  const product = multiply(x, y);
  if (product === undefined) return nan(fmt, true);
  if (product.kind === 'inf') return exact(infinity(fmt, product.sign));
  return round(fmt, product.sign, product.sig, product.exp, false, rm);
}

/**
 * FMADD: a * b + c, rounded once. The other three are the same with signs flipped beforehand:
 * FMSUB = fma(a, b, -c), FNMSUB = fma(-a, b, c), FNMADD = fma(-a, b, -c).
 */
export function fma(fmt: Format, a: bigint, b: bigint, c: bigint, rm: RoundingMode): FloatResult {
  const x = unpack(fmt, a);
  const y = unpack(fmt, b);
  const z = unpack(fmt, c);
  if (x.kind === 'nan' || y.kind === 'nan') return nan(fmt, isSignaling(x, y, z));
  const product = multiply(x, y);
  // IEEE 754-2019 7.2 leaves infinity * 0 + qNaN to the implementation; RISC-V raises NV (chapter "F").
  if (product === undefined) return nan(fmt, true);
  return addUnpacked(fmt, product, z, rm);
}

/** FDIV: a / b. */
export function div(fmt: Format, a: bigint, b: bigint, rm: RoundingMode): FloatResult {
  const x = unpack(fmt, a);
  const y = unpack(fmt, b);
  if (x.kind === 'nan' || y.kind === 'nan') return nan(fmt, isSignaling(x, y));
  const sign = productSign(x, y);
  if (x.kind === 'inf') return y.kind === 'inf' ? nan(fmt, true) : exact(infinity(fmt, sign));
  if (y.kind === 'inf') return exact(zero(fmt, sign));
  if (y.sig === 0n) return x.sig === 0n ? nan(fmt, true) : { bits: infinity(fmt, sign), flags: FFLAG.DZ };
  if (x.sig === 0n) return exact(zero(fmt, sign));
  // Widen the dividend until the quotient has at least two bits more than the format keeps.
  const widen = Math.max(0, fmt.sigBits + 2 + bitLength(y.sig) - bitLength(x.sig));
  const dividend = x.sig << BigInt(widen);
  return round(fmt, sign, dividend / y.sig, x.exp - widen - y.exp, dividend % y.sig !== 0n, rm);
}

/** The integer part of the square root, by Newton's iteration from above. */
function integerSqrt(v: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(bitLength(v) / 2));
  for (;;) {
    const next = (root + v / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** FSQRT. */
export function sqrt(fmt: Format, a: bigint, rm: RoundingMode): FloatResult {
  const x = unpack(fmt, a);
  if (x.kind === 'nan') return nan(fmt, x.signaling);
  if (x.kind === 'finite' && x.sig === 0n) return exact(a); // IEEE 754-2019 5.4.1: the root of -0 is -0
  if (x.sign === 1) return nan(fmt, true);
  if (x.kind === 'inf') return exact(a);
  // An even exponent, and at least twice the bits that the root must have.
  const enough = 2 * (fmt.sigBits + 2);
  const widen = enough + (Math.abs(x.exp) % 2);
  const radicand = x.sig << BigInt(widen);
  const root = integerSqrt(radicand);
  return round(fmt, 0, root, (x.exp - widen) / 2, root * root !== radicand, rm);
}

// ---- Comparison ----------------------------------------------------------------------------------------------------

/** The sign of x - y as a number; zeros of either sign are equal. */
function order(x: Finite | Infinite, y: Finite | Infinite): number {
  if (x.kind === 'inf' || y.kind === 'inf') {
    const rank = (v: Finite | Infinite): number => (v.kind === 'finite' ? 0 : v.sign === 0 ? 1 : -1);
    return rank(x) - rank(y);
  }
  const terms = aligned(x, y);
  return terms.a < terms.b ? -1 : terms.a > terms.b ? 1 : 0;
}

function compare(fmt: Format, a: bigint, b: bigint, quiet: boolean, holds: (order: number) => boolean): CompareResult {
  const x = unpack(fmt, a);
  const y = unpack(fmt, b);
  if (x.kind === 'nan' || y.kind === 'nan') return { value: 0, flags: !quiet || isSignaling(x, y) ? FFLAG.NV : 0 };
  return { value: holds(order(x, y)) ? 1 : 0, flags: 0 };
}

/** FEQ: quiet, only a signaling NaN raises NV. */
export function eq(fmt: Format, a: bigint, b: bigint): CompareResult {
  return compare(fmt, a, b, true, (o) => o === 0);
}

/** FLT: signaling, any NaN raises NV. */
export function lt(fmt: Format, a: bigint, b: bigint): CompareResult {
  return compare(fmt, a, b, false, (o) => o < 0);
}

/** FLE: signaling, any NaN raises NV. */
export function le(fmt: Format, a: bigint, b: bigint): CompareResult {
  return compare(fmt, a, b, false, (o) => o <= 0);
}

/** minimumNumber and maximumNumber (IEEE 754-2019 9.6): a NaN loses to a number, and -0 is below +0. */
function extremum(fmt: Format, a: bigint, b: bigint, wanted: 'min' | 'max'): FloatResult {
  const x = unpack(fmt, a);
  const y = unpack(fmt, b);
  const flags = isSignaling(x, y) ? FFLAG.NV : 0;
  if (x.kind === 'nan' && y.kind === 'nan') return { bits: canonicalNan(fmt), flags };
  if (x.kind === 'nan') return { bits: b, flags };
  if (y.kind === 'nan') return { bits: a, flags };
  // Equal numbers of different sign are zeros; the one with the sign bit is the lesser.
  const aIsLess = order(x, y) < 0 || (order(x, y) === 0 && x.sign === 1);
  return { bits: aIsLess === (wanted === 'min') ? a : b, flags };
}

/** FMIN. */
export function min(fmt: Format, a: bigint, b: bigint): FloatResult {
  return extremum(fmt, a, b, 'min');
}

/** FMAX. */
export function max(fmt: Format, a: bigint, b: bigint): FloatResult {
  return extremum(fmt, a, b, 'max');
}

/** FCLASS: exactly one bit of `CLASS`. */
export function classify(fmt: Format, a: bigint): number {
  const x = unpack(fmt, a);
  if (x.kind === 'nan') return x.signaling ? CLASS.SIGNALING_NAN : CLASS.QUIET_NAN;
  if (x.kind === 'inf') return x.sign === 0 ? CLASS.POS_INF : CLASS.NEG_INF;
  if (x.sig === 0n) return x.sign === 0 ? CLASS.POS_ZERO : CLASS.NEG_ZERO;
  if (bitLength(x.sig) < fmt.sigBits) return x.sign === 0 ? CLASS.POS_SUBNORMAL : CLASS.NEG_SUBNORMAL;
  return x.sign === 0 ? CLASS.POS_NORMAL : CLASS.NEG_NORMAL;
}

// ---- Conversion ----------------------------------------------------------------------------------------------------

/** FCVT.S.D and FCVT.D.S. */
export function convert(from: Format, to: Format, a: bigint, rm: RoundingMode): FloatResult {
  const x = unpack(from, a);
  if (x.kind === 'nan') return nan(to, x.signaling);
  if (x.kind === 'inf') return exact(infinity(to, x.sign));
  return round(to, x.sign, x.sig, x.exp, false, rm);
}

/**
 * FCVT to an integer. The result is the integer's pattern in [0, 2^width): the caller sign-extends a 32-bit one to XLEN,
 * unsigned as well. What does not fit raises NV alone and saturates; a NaN counts as +infinity (chapter "F", the table
 * "Domains of float-to-integer conversions").
 */
export function toInt(fmt: Format, a: bigint, rm: RoundingMode, { signed, width }: IntFormat): FloatResult {
  const most = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const least = signed ? -most - 1n : 0n;
  const saturated = (limit: bigint): FloatResult => ({ bits: BigInt.asUintN(width, limit), flags: FFLAG.NV });

  const x = unpack(fmt, a);
  if (x.kind === 'nan') return saturated(most);
  if (x.kind === 'inf') return saturated(x.sign === 0 ? most : least);
  const { quanta, inexact } = roundToQuantum(x.sign, x.sig, x.exp, 0, rm);
  const value = x.sign === 0 ? quanta : -quanta;
  if (value > most) return saturated(most);
  if (value < least) return saturated(least);
  return { bits: BigInt.asUintN(width, value), flags: inexact ? FFLAG.NX : 0 };
}

/** FCVT from an integer: the low `width` bits of `v`, read as signed or not. Zero becomes +0. */
export function fromInt(fmt: Format, v: bigint, { signed, width }: IntFormat, rm: RoundingMode): FloatResult {
  const value = signed ? BigInt.asIntN(width, v) : BigInt.asUintN(width, v);
  return value < 0n ? round(fmt, 1, -value, 0, false, rm) : round(fmt, 0, value, 0, false, rm);
}
