/** Fused multiply-add: the exact 128-bit product meets the addend before anything is rounded. */
import type { FunctionBuilder } from '../wasm/function.ts';
import { type F64, type FunctionRef, f32, f64, i32, i64, type Local } from '../wasm/ops.ts';
import { wideProduct } from './arithmetic.ts';
import { isComfortable, returnIf, sumError } from './fast.ts';
import { DOUBLE, type HostType, SINGLE } from './format.ts';
import { LEADING, roundPack } from './round.ts';
import {
  bit,
  cancelled,
  exponent,
  isNan,
  isZero,
  normalized,
  returnInvalid,
  returnNan,
  type Unit,
  wide,
} from './unpack.ts';

/** A 128-bit magnitude below 2^127. */
interface Wide {
  readonly high: Local<'i64'>;
  readonly low: Local<'i64'>;
}

/** The multiply-add of the four FMADD instructions: `(a, b, c, rm) -> bits` of a * b + c. */
export function defineFma<T extends HostType>(unit: Unit<T>): FunctionRef {
  const { fmt, module } = unit;
  return module.define(['i64', 'i64', 'i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    const c = f.param('i64', 2);
    const rm = f.param('i32', 3);
    if (fmt.type === 'f32') f.if(i32.eqz(rm), () => returnThroughDouble(f, unit, a, b, c));

    const sign = f.let(i64.and(i64.xor(a, b), fmt.sign));
    returnSpecial(f, unit, a, b, c, sign, rm);

    const x = normalized(f, fmt, a);
    const y = normalized(f, fmt, b);
    const z = normalized(f, fmt, c);
    // Significands with leading ones at bit 62 multiply to one at bit 124 or 125; the addend's is put at bit 125.
    f.set(x.sig, i64.shl(x.sig, BigInt(LEADING - fmt.fracBits)));
    f.set(y.sig, i64.shl(y.sig, BigInt(LEADING - fmt.fracBits)));
    const [high, low] = wideProduct(f, x.sig, y.sig);
    const product: Wide = { high, low };
    const addend: Wide = { high: f.let(i64.shl(z.sig, BigInt(LEADING - 1 - fmt.fracBits))), low: f.local('i64') };
    f.set(addend.low, 0n);

    /** The biased exponent that bit 125 stands for. */
    const exp = f.let(i32.sub(i32.add(x.exp, y.exp), fmt.bias - 1));
    f.if(isZero(fmt, c), () => f.set(z.exp, exp));
    const distance = f.let(i32.sub(exp, z.exp));
    // What is shifted out cannot matter in a cancellation: a product has zeros below bit 20, so it loses bits only if
    // it is a quarter of the addend or less, and the addend only if it is far below the product.
    f.if(
      i32.geS(distance, 0),
      () => shiftRightJamWide(f, addend, distance),
      () => {
        f.set(exp, z.exp);
        f.set(distance, i32.sub(0, distance));
        shiftRightJamWide(f, product, distance);
      },
    );

    const sum = addSigned(f, product, addend, sign, f.let(i64.and(c, fmt.sign)));
    f.if(i64.eqz(i64.or(sum.high, sum.low)), () => f.return(cancelled(fmt, rm)));

    // The leading one goes to bit 127, then what is below bit 65 is jammed and bit 127 becomes roundPack's bit 62.
    f.if(i64.eqz(sum.high), () => {
      f.set(sum.high, sum.low);
      f.set(sum.low, 0n);
      f.set(exp, i32.sub(exp, 64));
    });
    const shift = f.let(i64.clz(sum.high));
    const carried = i64.shrU(i64.shrU(sum.low, 1n), i64.sub(63n, shift));
    f.set(sum.high, i64.or(i64.shl(sum.high, shift), carried));
    f.set(sum.low, i64.shl(sum.low, shift));
    f.set(exp, i32.sub(i32.add(exp, 2), i32.wrap(shift)));
    const lost = i64.or(i64.and(sum.high, 1n), sum.low);
    f.result(roundPack(unit, sign, exp, i64.or(i64.shrU(sum.high, 1n), bit(i64.ne(lost, 0n))), rm));
  });
}

/**
 * The short way for singles (see fast.ts): a product of singles is an exact double, so only the sum is rounded twice. That
 * goes wrong solely where the first rounding lands on a tie between two singles, which the exact code then decides.
 */
function returnThroughDouble<T extends HostType>(
  f: FunctionBuilder,
  unit: Unit<T>,
  a: Local<'i64'>,
  b: Local<'i64'>,
  c: Local<'i64'>,
): void {
  const promoted = (bits: Local<'i64'>): F64 => f64.promote(SINGLE.host.fromBits(bits));
  const product = f.let(f64.mul(promoted(a), promoted(b)));
  const addend = f.let(promoted(c));
  const sum = f.let(f64.add(product, addend));
  const single = f.let(f32.demote(sum));
  const bits = f.let(SINGLE.host.toBits(single));
  const dropped = BigInt(DOUBLE.fracBits - SINGLE.fracBits);
  const tie = i64.eq(i64.and(i64.reinterpretF64(sum), (1n << dropped) - 1n), 1n << (dropped - 1n));
  returnIf(f, unit, i32.and(isComfortable(SINGLE, bits), i32.eqz(tie)), bits, () => {
    const sumIsExact = f64.eq(sumError(f, DOUBLE, product, addend, sum), f64.reinterpretI64(0n));
    return i32.and(sumIsExact, f64.eq(f64.promote(single), sum));
  });
}

/** Returns wherever an operand is not finite or a factor is zero. */
function returnSpecial<T extends HostType>(
  f: FunctionBuilder,
  unit: Unit<T>,
  a: Local<'i64'>,
  b: Local<'i64'>,
  c: Local<'i64'>,
  sign: Local<'i64'>,
  rm: Local<'i32'>,
): void {
  const { fmt } = unit;
  const special = (bits: Local<'i64'>) => i32.eq(exponent(fmt, bits), fmt.expMask);
  const zeroFactor = i32.or(isZero(fmt, a), isZero(fmt, b));
  f.if(i32.or(special(a), special(b)), () => {
    f.if(i32.or(isNan(fmt, a), isNan(fmt, b)), () => returnNan(f, unit, a, b, c));
    // infinity * 0 is invalid even if the addend is a quiet NaN (unprivileged ISA, "F" extension).
    f.if(zeroFactor, () => returnInvalid(f, unit));
    f.if(isNan(fmt, c), () => returnNan(f, unit, c));
    const infinity = f.let(i64.or(sign, fmt.infinity));
    f.if(i64.eq(i64.xor(c, infinity), fmt.sign), () => returnInvalid(f, unit)); // infinity - infinity
    f.return(infinity);
  });
  f.if(special(c), () => {
    f.if(isNan(fmt, c), () => returnNan(f, unit, c));
    f.return(c);
  });
  f.if(zeroFactor, () => {
    f.if(i32.and(isZero(fmt, c), i64.ne(c, sign)), () => f.return(cancelled(fmt, rm)));
    f.return(c);
  });
}

/** Shifts right by `amount` >= 0, keeping in bit 0 whether anything was lost. Clobbers `amount`. */
function shiftRightJamWide(f: FunctionBuilder, { high, low }: Wide, amount: Local<'i32'>): void {
  f.if(i32.geU(amount, 64), () => {
    f.set(low, i64.or(high, bit(i64.ne(low, 0n))));
    f.set(high, 0n);
    // `high` is below 2^63, so a shift by 63 already loses all but stickiness.
    f.set(amount, i32.sub(amount, 64));
    f.set(amount, i32.select(i32.gtU(amount, 63), 63, amount));
  });
  f.if(amount, () => {
    const n = f.let(wide(amount));
    const back = f.let(i64.sub(0n, n)); // modulo 64
    const lost = bit(i64.ne(i64.shl(low, back), 0n));
    f.set(low, i64.or(i64.or(i64.shrU(low, n), i64.shl(high, back)), lost));
    f.set(high, i64.shrU(high, n));
  });
}

/** x + y as a magnitude in x's locals, and its sign in `signX`. */
function addSigned(f: FunctionBuilder, x: Wide, y: Wide, signX: Local<'i64'>, signY: Local<'i64'>): Wide {
  f.if(
    i64.eq(signX, signY),
    () => {
      f.set(x.low, i64.add(x.low, y.low));
      f.set(x.high, i64.add(i64.add(x.high, y.high), bit(i64.ltU(x.low, y.low))));
    },
    () => {
      const borrow = f.let(bit(i64.ltU(x.low, y.low)));
      f.set(x.low, i64.sub(x.low, y.low));
      f.set(x.high, i64.sub(i64.sub(x.high, y.high), borrow));
      f.if(i64.ltS(x.high, 0n), () => {
        f.set(x.low, i64.sub(0n, x.low));
        f.set(x.high, i64.sub(i64.sub(0n, x.high), bit(i64.ne(x.low, 0n))));
        f.set(signX, signY);
      });
    },
  );
  return x;
}
