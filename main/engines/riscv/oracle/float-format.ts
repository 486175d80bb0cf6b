/**
 * The formats, their bit patterns, and the one function that rounds: what `float.ts` is built on.
 * Section numbers are IEEE 754-2019's.
 */

/** A binary interchange format. `sigBits` is the precision p: the significand's bits with the hidden one. */
export interface Format {
  readonly width: number;
  readonly expBits: number;
  readonly sigBits: number;
}

export const F32: Format = { width: 32, expBits: 8, sigBits: 24 };
export const F64: Format = { width: 64, expBits: 11, sigBits: 53 };

/** Rounding modes as `frm` and the `rm` field encode them. 5 and 6 are reserved, 7 means "see frm": resolve first. */
export const RM = { RNE: 0, RTZ: 1, RDN: 2, RUP: 3, RMM: 4 } as const;
export type RoundingMode = (typeof RM)[keyof typeof RM];

/** Accrued exception flags as `fflags` encodes them. */
export const FFLAG = { NX: 1, UF: 2, OF: 4, DZ: 8, NV: 16 } as const;

/** What an operation returns: the result's bit pattern and the flags that this operation alone raises. */
export interface FloatResult {
  readonly bits: bigint;
  readonly flags: number;
}

export type Sign = 0 | 1;

/** The exact value (-1)^sign * sig * 2^exp. Zero is sig = 0 with a meaningful sign. */
export interface Finite {
  readonly kind: 'finite';
  readonly sign: Sign;
  readonly sig: bigint;
  readonly exp: number;
}
export interface Infinite {
  readonly kind: 'inf';
  readonly sign: Sign;
}
interface Nan {
  readonly kind: 'nan';
  readonly signaling: boolean;
}
export type Unpacked = Finite | Infinite | Nan;

// ---- Formats -------------------------------------------------------------------------------------------------------

const fracBits = (fmt: Format): number => fmt.sigBits - 1;
const maxBiasedExp = (fmt: Format): number => 2 ** fmt.expBits - 1;
const emax = (fmt: Format): number => 2 ** (fmt.expBits - 1) - 1;
/** Exponent of the smallest normal number. */
const emin = (fmt: Format): number => 1 - emax(fmt);
/** Exponent of the smallest subnormal: no representable number has bits below 2^etiny. */
const etiny = (fmt: Format): number => emin(fmt) - fracBits(fmt);

/** Number of significant bits of a non-negative bigint; 0 for 0. */
export function bitLength(v: bigint): number {
  return v === 0n ? 0 : v.toString(2).length;
}

function pack(fmt: Format, sign: Sign, biasedExp: number, frac: bigint): bigint {
  return (BigInt(sign) << BigInt(fmt.width - 1)) | (BigInt(biasedExp) << BigInt(fracBits(fmt))) | frac;
}

export const zero = (fmt: Format, sign: Sign): bigint => pack(fmt, sign, 0, 0n);
export const infinity = (fmt: Format, sign: Sign): bigint => pack(fmt, sign, maxBiasedExp(fmt), 0n);
const maxFinite = (fmt: Format, sign: Sign): bigint =>
  pack(fmt, sign, maxBiasedExp(fmt) - 1, (1n << BigInt(fracBits(fmt))) - 1n);

/** The only NaN that arithmetic produces: positive, quiet, no payload (chapter "F", NaN Generation and Propagation). */
export const canonicalNan = (fmt: Format): bigint => pack(fmt, 0, maxBiasedExp(fmt), 1n << BigInt(fracBits(fmt) - 1));

export function unpack(fmt: Format, bits: bigint): Unpacked {
  const sign: Sign = bits >> BigInt(fmt.width - 1) === 0n ? 0 : 1;
  const frac = BigInt.asUintN(fracBits(fmt), bits);
  const biasedExp = Number(BigInt.asUintN(fmt.expBits, bits >> BigInt(fracBits(fmt))));
  if (biasedExp === maxBiasedExp(fmt)) {
    if (frac === 0n) return { kind: 'inf', sign };
    return { kind: 'nan', signaling: frac >> BigInt(fracBits(fmt) - 1) === 0n };
  }
  if (biasedExp === 0) return { kind: 'finite', sign, sig: frac, exp: etiny(fmt) };
  return { kind: 'finite', sign, sig: frac | (1n << BigInt(fracBits(fmt))), exp: etiny(fmt) + biasedExp - 1 };
}

// ---- Rounding ------------------------------------------------------------------------------------------------------

/** Rounds the exact sig * 2^exp to a multiple of 2^quantum; the result counts quanta. */
export function roundToQuantum(
  sign: Sign,
  sig: bigint,
  exp: number,
  quantum: number,
  rm: RoundingMode,
): { quanta: bigint; inexact: boolean } {
  if (exp >= quantum) return { quanta: sig << BigInt(exp - quantum), inexact: false };
  const shift = BigInt(quantum - exp);
  const floor = sig >> shift;
  const rest = sig - (floor << shift);
  if (rest === 0n) return { quanta: floor, inexact: false };
  const half = 1n << (shift - 1n);
  return { quanta: roundsAway(rm, sign, floor, rest, half) ? floor + 1n : floor, inexact: true };
}

/** Whether a magnitude `floor` and a non-zero `rest` (a whole quantum being 2 * half) rounds to floor + 1. */
function roundsAway(rm: RoundingMode, sign: Sign, floor: bigint, rest: bigint, half: bigint): boolean {
  switch (rm) {
    case RM.RNE:
      return rest > half || (rest === half && (floor & 1n) === 1n);
    case RM.RTZ:
      return false;
    case RM.RDN:
      return sign === 1;
    case RM.RUP:
      return sign === 0;
    case RM.RMM:
      return rest >= half;
  }
}

/**
 * Rounds (-1)^sign * (sig + tail) * 2^exp to the format, where tail is 0, or unknown in (0, 1) if `sticky`.
 * A sticky value needs a `sig` of more than sigBits bits, or what is unknown could decide the rounding: else it throws.
 */
export function round(
  fmt: Format,
  sign: Sign,
  sig: bigint,
  exp: number,
  sticky: boolean,
  rm: RoundingMode,
): FloatResult {
  if (sticky) {
    if (bitLength(sig) <= fmt.sigBits) throw new RangeError('sticky rounding needs more bits than the format keeps');
    // The tail lies below every bit that rounding looks at, so any non-zero stand-in rounds the same way.
    return round(fmt, sign, (sig << 1n) | 1n, exp - 1, false, rm);
  }
  if (sig === 0n) return { bits: zero(fmt, sign), flags: 0 };

  // IEEE 754-2019 4.3: the infinitely precise result is first rounded as though the exponent had no bounds.
  const freeQuantum = exp + bitLength(sig) - fmt.sigBits;
  const free = roundToQuantum(sign, sig, exp, freeQuantum, rm);
  const freeExponent = freeQuantum + bitLength(free.quanta) - 1;

  // 7.4: overflow if that exceeds the largest finite number.
  if (freeExponent > emax(fmt)) {
    const towardsZero = rm === RM.RTZ || (rm === RM.RDN && sign === 0) || (rm === RM.RUP && sign === 1);
    return { bits: towardsZero ? maxFinite(fmt, sign) : infinity(fmt, sign), flags: FFLAG.OF | FFLAG.NX };
  }

  // 7.5: RISC-V detects tininess after rounding, hence on the rounded value of the unbounded exponent range...
  const tiny = freeExponent < emin(fmt);
  // ...while the result delivered is the exact value rounded once, to the quantum that the format really has there.
  const quantum = Math.max(freeQuantum, etiny(fmt));
  const { quanta, inexact } = roundToQuantum(sign, sig, exp, quantum, rm);
  const flags = inexact ? FFLAG.NX | (tiny ? FFLAG.UF : 0) : 0;

  // Rounding up may have carried into one bit more (then all lower bits are zero), or from subnormal to normal.
  const carried = bitLength(quanta) > fmt.sigBits;
  const kept = carried ? quanta >> 1n : quanta;
  const normal = bitLength(kept) === fmt.sigBits;
  const biasedExp = normal ? quantum + (carried ? 1 : 0) - etiny(fmt) + 1 : 0;
  return { bits: pack(fmt, sign, biasedExp, BigInt.asUintN(fracBits(fmt), kept)), flags };
}
