/** Addition, subtraction and multiplication. */
import type { FunctionBuilder } from '../wasm/function.ts';
import { type Expr, type FunctionRef, type I64, i32, i64, type Local } from '../wasm/ops.ts';
import { returnIfFinite, returnIfNormal, sumError, trailingZeros } from './fast.ts';
import type { HostType } from './format.ts';
import { LEADING, normalizeRoundPack, roundPack, shiftRightJam } from './round.ts';
import {
  bit,
  cancelled,
  exponent,
  isNan,
  isZero,
  magnitude,
  normalized,
  returnInvalid,
  returnNan,
  type Unit,
  wide,
} from './unpack.ts';

/** FADD, or with `subtract` FSUB: `(a, b, rm) -> bits`. */
export function defineAdd<T extends HostType>(unit: Unit<T>, subtract: boolean): FunctionRef {
  const { fmt, module } = unit;
  const { host } = fmt;
  return module.define(['i64', 'i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    const rm = f.param('i32', 2);
    // A NaN's sign does not matter, for its result is canonical.
    if (subtract) f.set(b, i64.xor(b, fmt.sign));

    f.if(i32.eqz(rm), () => {
      const x = f.let(host.fromBits(a));
      const y = f.let(host.fromBits(b));
      const sum = f.let(host.add(x, y));
      // Sums that are subnormal are exact, so they cannot underflow.
      returnIfFinite(f, unit, sum, () => host.eq(sumError(f, fmt, x, y, sum), host.fromBits(0n)));
    });
    addExactly(f, unit, a, b, rm);
  });
}

function addExactly<T extends HostType>(
  f: FunctionBuilder,
  unit: Unit<T>,
  a: Local<'i64'>,
  b: Local<'i64'>,
  rm: Local<'i32'>,
): void {
  const { fmt } = unit;
  // The operand of the larger magnitude first.
  f.if(i64.ltU(magnitude(fmt, a), magnitude(fmt, b)), () => {
    const swap = f.let(a);
    f.set(a, b);
    f.set(b, swap);
  });
  const exp = f.let(exponent(fmt, a));
  f.if(i32.eq(exp, fmt.expMask), () => {
    f.if(i32.or(isNan(fmt, a), isNan(fmt, b)), () => returnNan(f, unit, a, b));
    f.if(i64.eq(i64.xor(a, b), fmt.sign), () => returnInvalid(f, unit)); // infinity - infinity
    f.return(a);
  });

  // One bit of headroom for the carry: leading ones at bit 61.
  const significand = (bits: Local<'i64'>, field: Local<'i32'>): Expr<'i64'> =>
    i64.shl(i64.add(i64.and(bits, fmt.frac), i64.select(field, fmt.hidden, 0n)), BigInt(LEADING - 1 - fmt.fracBits));
  const expB = f.let(exponent(fmt, b));
  const sig = f.let(significand(a, exp));
  const sigB = f.let(significand(b, expB));
  // Subnormal numbers have the exponent of the smallest normal one.
  f.set(exp, i32.add(exp, i32.eqz(exp)));
  f.set(expB, i32.add(expB, i32.eqz(expB)));

  const distance = f.let(i32.sub(exp, expB));
  f.if(distance, () => {
    f.set(distance, i32.select(i32.gtU(distance, 63), 63, distance));
    f.set(sigB, shiftRightJam(sigB, wide(distance)));
  });
  const sign = f.let(i64.and(a, fmt.sign));
  f.if(
    i64.ne(i64.and(i64.xor(a, b), fmt.sign), 0n),
    () => {
      f.set(sig, i64.sub(sig, sigB));
      f.if(i64.eqz(sig), () => f.return(cancelled(fmt, rm)));
    },
    () => {
      f.set(sig, i64.add(sig, sigB));
      f.if(i64.eqz(sig), () => f.return(sign));
    },
  );
  f.set(exp, i32.add(exp, 1));
  f.result(normalizeRoundPack(f, unit, sign, exp, sig, rm));
}

/** The 128-bit product of two i64 as [high, low]; both operands are used several times. */
export function wideProduct(
  f: FunctionBuilder,
  a: Local<'i64'>,
  b: Local<'i64'>,
): readonly [high: Local<'i64'>, low: Local<'i64'>] {
  const low32 = (value: I64): Expr<'i64'> => i64.and(value, 0xffffffffn);
  const high32 = (value: I64): Expr<'i64'> => i64.shrU(value, 32n);
  const [a0, a1, b0, b1] = [f.let(low32(a)), f.let(high32(a)), f.let(low32(b)), f.let(high32(b))];
  const middle = f.let(i64.add(i64.mul(a1, b0), high32(i64.mul(a0, b0))));
  const cross = f.let(i64.add(i64.mul(a0, b1), low32(middle)));
  const high = f.let(i64.add(i64.add(i64.mul(a1, b1), high32(middle)), high32(cross)));
  return [high, f.let(i64.mul(a, b))];
}

/** FMUL: `(a, b, rm) -> bits`. */
export function defineMul<T extends HostType>(unit: Unit<T>): FunctionRef {
  const { fmt, module } = unit;
  const { host } = fmt;
  return module.define(['i64', 'i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    const rm = f.param('i32', 2);
    f.if(i32.eqz(rm), () => {
      const product = f.let(host.mul(host.fromBits(a), host.fromBits(b)));
      // Significands whose odd parts together fit the precision multiply exactly.
      const exact = (): Expr<'i32'> =>
        i64.gtU(i64.add(trailingZeros(fmt, a), trailingZeros(fmt, b)), BigInt(fmt.fracBits));
      returnIfNormal(f, unit, product, exact);
    });

    const sign = f.let(i64.and(i64.xor(a, b), fmt.sign));
    f.if(i32.or(i32.eq(exponent(fmt, a), fmt.expMask), i32.eq(exponent(fmt, b), fmt.expMask)), () => {
      f.if(i32.or(isNan(fmt, a), isNan(fmt, b)), () => returnNan(f, unit, a, b));
      f.if(i32.or(isZero(fmt, a), isZero(fmt, b)), () => returnInvalid(f, unit)); // infinity * 0
      f.return(i64.or(sign, fmt.infinity));
    });
    f.if(i32.or(isZero(fmt, a), isZero(fmt, b)), () => f.return(sign));

    const x = normalized(f, fmt, a);
    const y = normalized(f, fmt, b);
    // Leading ones at bits 62 and 63: the product's is at bit 61 or 62 of the high half.
    f.set(x.sig, i64.shl(x.sig, BigInt(LEADING - fmt.fracBits)));
    f.set(y.sig, i64.shl(y.sig, BigInt(LEADING + 1 - fmt.fracBits)));
    const [high, low] = wideProduct(f, x.sig, y.sig);
    const sig = f.let(i64.or(high, bit(i64.ne(low, 0n))));
    const exp = f.let(i32.sub(i32.add(x.exp, y.exp), fmt.bias - 1));
    f.if(i64.eqz(i64.shrU(sig, BigInt(LEADING))), () => {
      f.set(sig, i64.shl(sig, 1n));
      f.set(exp, i32.sub(exp, 1));
    });
    f.result(roundPack(unit, sign, exp, sig, rm));
  });
}
