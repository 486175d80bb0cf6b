/** Conversions between floating-point formats and to and from integers. */
import type { FunctionBuilder } from '../wasm/function.ts';
import { type FunctionRef, f32, f64, i32, i64, type Local } from '../wasm/ops.ts';
import { inexactIsSet, isComfortable } from './fast.ts';
import { DOUBLE, type HostType, SINGLE } from './format.ts';
import { directedAway, isNearest, LEADING, normalizeRoundPack } from './round.ts';
import {
  bit,
  exponent,
  FFLAG,
  isNan,
  isSignaling,
  isZero,
  magnitude,
  normalized,
  RM,
  type Unit,
  wide,
} from './unpack.ts';

/** An integer type of the FCVT instructions. */
export interface IntFormat {
  readonly signed: boolean;
  readonly width: 32 | 64;
}

/** FCVT.D.S: `(a, rm) -> bits`. Always exact. */
export function defineWiden({ module, fmt, raise }: Unit<'f64'>): FunctionRef {
  return module.define(['i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    f.if(isNan(SINGLE, a), () => {
      f.if(isSignaling(SINGLE, a), () => raise(f, FFLAG.NV));
      f.return(i64.const(fmt.canonicalNan));
    });
    f.result(fmt.host.toBits(f64.promote(SINGLE.host.fromBits(a))));
  });
}

/** FCVT.S.D: `(a, rm) -> bits`. */
export function defineNarrow(unit: Unit<'f32'>): FunctionRef {
  const { module, fmt, raise } = unit;
  return module.define(['i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const rm = f.param('i32', 1);
    const value = f.let(DOUBLE.host.fromBits(a));
    const single = f.let(f32.demote(value));
    const bits = f.let(fmt.host.toBits(single));
    f.if(isComfortable(fmt, bits), () => {
      // Exact in one mode is exact in all.
      f.if(f64.eq(f64.promote(single), value), () => f.return(bits));
      f.if(i32.and(i32.eqz(rm), inexactIsSet(unit)), () => f.return(bits));
    });

    f.if(isNan(DOUBLE, a), () => {
      f.if(isSignaling(DOUBLE, a), () => raise(f, FFLAG.NV));
      f.return(i64.const(fmt.canonicalNan));
    });
    const sign = f.let(i64.shrU(i64.and(a, DOUBLE.sign), 32n));
    f.if(i64.eq(magnitude(DOUBLE, a), DOUBLE.infinity), () => f.return(i64.or(sign, fmt.infinity)));
    f.if(isZero(DOUBLE, a), () => f.return(sign));
    const x = normalized(f, DOUBLE, a);
    const exp = f.let(i32.sub(x.exp, DOUBLE.bias - fmt.bias));
    const sig = f.let(i64.shl(x.sig, BigInt(LEADING - DOUBLE.fracBits)));
    f.result(normalizeRoundPack(f, unit, sign, exp, sig, rm));
  });
}

/**
 * FCVT to an integer: `(a, rm) -> integer`, a 32-bit one sign-extended. What does not fit raises NV alone and saturates; a
 * NaN counts as +infinity (unprivileged ISA, "F" extension, table "Domains of float-to-integer conversions").
 */
export function defineToInt<T extends HostType>(unit: Unit<T>, int: IntFormat): FunctionRef {
  const { module, fmt, raise } = unit;
  const { signed, width } = int;
  const most = (1n << BigInt(signed ? width - 1 : width)) - 1n;
  const least = signed ? -most - 1n : 0n;

  return module.define(['i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const rm = f.param('i32', 1);
    const negative = f.let(i64.ne(i64.and(a, fmt.sign), 0n));
    const saturate = (): void => {
      raise(f, FFLAG.NV);
      const up = i32.or(isNan(fmt, a), i32.eqz(negative));
      f.return(i64.select(up, BigInt.asIntN(width, most), BigInt.asIntN(width, least)));
    };

    const exp = f.let(i32.sub(exponent(fmt, a), fmt.bias));
    f.if(i32.geS(exp, 64), saturate);
    // The significand with its leading one at bit 62: 1.0 has exponent 0, hence its unit at bit 62 - exp.
    const sig = f.let(
      i64.shl(
        i64.or(i64.and(a, fmt.frac), i64.select(i32.eq(exp, -fmt.bias), 0n, fmt.hidden)),
        BigInt(LEADING - fmt.fracBits),
      ),
    );
    const whole = f.let(i64.const(0n));
    /** What is lost, as a fraction of 2^64. */
    const rest = f.local('i64');
    f.if(
      i32.geS(exp, LEADING),
      () => f.set(whole, i64.shl(sig, wide(i32.sub(exp, LEADING)))),
      () =>
        f.if(
          i32.geS(exp, -1),
          () => {
            const shift = f.let(i64.sub(BigInt(LEADING), i64.extendI32S(exp)));
            f.set(whole, i64.shrU(sig, shift));
            f.set(rest, i64.shl(sig, i64.sub(0n, shift)));
          },
          () => f.set(rest, bit(i64.ne(sig, 0n))),
        ),
    );
    f.if(i64.ne(rest, 0n), () => roundWhole(f, whole, rest, rm, i64.and(a, fmt.sign)));

    const limit = signed ? i64.add(most, bit(negative)) : i64.select(negative, 0n, most);
    f.if(i64.gtU(whole, limit), saturate);
    f.if(i64.ne(rest, 0n), () => raise(f, FFLAG.NX));
    f.if(negative, () => f.set(whole, i64.sub(0n, whole)));
    f.result(width === 32 ? i64.extend32S(whole) : whole);
  });
}

/** Rounds `whole` + `rest` / 2^64 to a whole number; `rest` is not zero. */
function roundWhole(
  f: FunctionBuilder,
  whole: Local<'i64'>,
  rest: Local<'i64'>,
  rm: Local<'i32'>,
  sign: ReturnType<typeof i64.and>,
): void {
  const half = 1n << 63n;
  // More than a half, or a half and, unless ties go away from zero, an odd number.
  const odd = i32.or(i32.eq(rm, RM.RMM), i32.wrap(i64.and(whole, 1n)));
  const up = i32.or(i64.gtU(rest, half), i32.and(i64.eq(rest, half), odd));
  f.set(whole, i64.add(whole, bit(i32.select(isNearest(rm), up, directedAway(rm, sign)))));
}

/** FCVT from an integer: `(a, rm) -> bits`. Only the low `width` bits of a count. */
export function defineFromInt<T extends HostType>(unit: Unit<T>, { signed, width }: IntFormat): FunctionRef {
  const { module, fmt } = unit;
  const { host } = fmt;
  return module.define(['i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const rm = f.param('i32', 1);
    if (width === 32) f.set(a, signed ? i64.extend32S(a) : i64.and(a, 0xffffffffn));
    // All but 64-bit unsigned integers are signed ones by now.
    const asSigned = signed || width === 32;
    const converted = host.toBits(asSigned ? host.convertI64S(a) : host.convertI64U(a));
    if (width <= fmt.fracBits) {
      f.result(converted);
      return;
    }

    const negative = f.let(asSigned ? i64.ltS(a, 0n) : i32.const(0));
    const size = f.let(i64.select(negative, i64.sub(0n, a), a));
    // Zeros before the first one and behind the last leave at most the precision: exact in every mode.
    const zeros = i64.add(i64.clz(size), i64.ctz(size));
    f.if(i64.gtU(zeros, BigInt(62 - fmt.fracBits)), () => f.return(converted));
    f.if(i32.and(i32.eqz(rm), inexactIsSet(unit)), () => f.return(converted));
    // The magnitude may fill all 64 bits.
    const exp = f.let(i32.const(fmt.bias + LEADING));
    f.if(i64.ltS(size, 0n), () => {
      f.set(size, i64.or(i64.shrU(size, 1n), i64.and(size, 1n)));
      f.set(exp, fmt.bias + LEADING + 1);
    });
    f.result(normalizeRoundPack(f, unit, i64.select(negative, fmt.sign, 0n), exp, size, rm));
  });
}
