/** The one place that rounds to a format: overflow, underflow, NX, OF and UF. */
import type { FunctionBuilder } from '../wasm/function.ts';
import type { ModuleBuilder } from '../wasm/module.ts';
import {
  call,
  type Expr,
  type FunctionRef,
  type I32,
  type I64,
  i32,
  i64,
  type Local,
  toI32,
  toI64,
} from '../wasm/ops.ts';
import type { Format, HostType } from './format.ts';
import { bit, FFLAG, type Raise, RM, type Unit, wide } from './unpack.ts';

/** Where `roundPack` expects the leading one of a significand. */
export const LEADING = 62;

/** Whether a directed mode (1 to 3) rounds away from zero. */
export const directedAway = (rm: I32, sign: I64): Expr<'i32'> =>
  i32.and(i32.ne(rm, RM.RTZ), i32.xor(i32.eq(rm, RM.RUP), i64.ne(sign, 0n)));

/** Whether `rm` is one of the two nearest modes, RNE and RMM. */
export const isNearest = (rm: I32): Expr<'i32'> => i32.eqz(i32.and(rm, 3));

/** value >> amount with what falls out ORed into bit 0 ("jamming"), for amounts from 1 to 63. */
export function shiftRightJam(value: Local<'i64'>, amount: Expr<'i64'>): Expr<'i64'> {
  // Shifts count modulo 64, so a shift by -amount is one by 64 - amount.
  const lost = i64.shl(value, i64.sub(0n, amount));
  return i64.or(i64.shrU(value, amount), bit(i64.ne(lost, 0n)));
}

/**
 * Defines `(sign, exp, sig, rm) -> bits`.
 *
 * The exact value is sig * 2^(exp - bias - 62) with its leading one at bit 62 and everything below the format's
 * precision jammed into the low bits; `sign` is 0 or the format's sign bit. `exp` is any biased exponent, unbounded.
 */
export function defineRoundPack<T extends HostType>(module: ModuleBuilder, fmt: Format<T>, raise: Raise): FunctionRef {
  const dropped = BigInt(LEADING - fmt.fracBits);
  const half = 1n << (dropped - 1n);
  const mask = (1n << dropped) - 1n;
  const carry = 1n << BigInt(LEADING + 1);

  return module.define(['i64', 'i32', 'i64', 'i32'], ['i64'], (f) => {
    const sign = f.param('i64', 0);
    const exp = f.param('i32', 1);
    const sig = f.param('i64', 2);
    const rm = f.param('i32', 3);

    const increment = f.let(i64.const(half));
    f.if(i32.eqz(isNearest(rm)), () => f.set(increment, i64.select(directedAway(rm, sign), mask, 0n)));

    f.if(i32.geU(i32.sub(exp, 1), fmt.expMask - 2), () => {
      f.if(
        i32.leS(exp, 0),
        () => {
          // IEEE 754-2019 section 7.5: tiny after rounding, as though the exponent had no bounds.
          const tiny = f.let(i32.or(i32.ltS(exp, 0), i64.ltU(i64.add(sig, increment), carry)));
          // Deeper than 63 bits only stickiness is left, which a shift by 63 leaves as well.
          const shift = f.let(i32.sub(1, exp));
          f.set(shift, i32.select(i32.gtS(shift, 63), 63, shift));
          f.set(sig, shiftRightJam(sig, wide(shift)));
          f.set(exp, 1);
          f.if(i32.and(tiny, i64.ne(i64.and(sig, mask), 0n)), () => raise(f, FFLAG.UF));
        },
        () => {
          // Section 7.4: beyond the largest finite number once rounded.
          const over = i32.or(i32.geS(exp, fmt.expMask), i64.geU(i64.add(sig, increment), carry));
          f.if(over, () => {
            raise(f, FFLAG.OF | FFLAG.NX);
            // Modes that do not round away deliver the largest finite number, one below infinity.
            f.return(i64.or(sign, i64.sub(fmt.infinity, bit(i64.eqz(increment)))));
          });
        },
      );
    });

    const rest = f.let(i64.and(sig, mask));
    f.if(i64.ne(rest, 0n), () => raise(f, FFLAG.NX));
    f.set(sig, i64.shrU(i64.add(sig, increment), dropped));
    // A tie goes to even: rounding up made it even or odd, and clearing bit 0 undoes the latter.
    f.if(i32.and(i64.eq(rest, half), i32.eqz(rm)), () => f.set(sig, i64.and(sig, -2n)));
    // The hidden bit counts one into the exponent field, and so does a carry out of the significand.
    f.result(i64.or(sign, i64.add(i64.shl(wide(i32.sub(exp, 1)), BigInt(fmt.fracBits)), sig)));
  });
}

/** Rounds `sig * 2^(exp - bias - 62)`, whose leading one is at bit 62. */
export const roundPack = <T extends HostType>(
  unit: Unit<T>,
  sign: I64,
  exp: I32,
  sig: I64,
  rm: Local<'i32'>,
): Expr<'i64'> => call('i64', unit.roundPack, toI64(sign), toI32(exp), toI64(sig), rm);

/** Moves the leading one of a non-zero `sig` below 2^63 from wherever it is to bit 62 and rounds. */
export function normalizeRoundPack<T extends HostType>(
  f: FunctionBuilder,
  unit: Unit<T>,
  sign: I64,
  exp: Local<'i32'>,
  sig: Local<'i64'>,
  rm: Local<'i32'>,
): Expr<'i64'> {
  const shift = f.let(i32.sub(i32.wrap(i64.clz(sig)), 63 - LEADING));
  return roundPack(unit, sign, i32.sub(exp, shift), i64.shl(sig, wide(shift)), rm);
}
