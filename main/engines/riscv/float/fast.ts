/**
 * The short way: under RNE the host's instruction of the same width yields the right bits whenever its result is an
 * ordinary number, and the only flag it can owe is NX. So its result is taken if NX is already set, or if a cheap test
 * proves it exact. All else falls through to the exact code, which raises NX and so opens the short way for what follows.
 */
import type { FunctionBuilder } from '../wasm/function.ts';
import { type Expr, type I64, i32, i64, type Local } from '../wasm/ops.ts';
import type { Format, HostType } from './format.ts';
import { FFLAG, isFiniteBits, magnitude, type Unit } from './unpack.ts';

export const inexactIsSet = <T extends HostType>(unit: Unit<T>): Expr<'i32'> => i32.and(unit.state.flags(), FFLAG.NX);

/** Returns `bits`, correct under RNE if `ordinary`, once nothing is owed: NX is set or the result is `exact`. */
export function returnIf<T extends HostType>(
  f: FunctionBuilder,
  unit: Unit<T>,
  ordinary: Expr<'i32'>,
  bits: Local<'i64'>,
  exact: () => Expr<'i32'>,
): void {
  f.if(ordinary, () => {
    f.if(inexactIsSet(unit), () => f.return(bits));
    f.if(exact(), () => f.return(bits));
  });
}

/** Returns the host's result if it is finite; for operations whose tiny results are exact. */
export function returnIfFinite<T extends HostType>(
  f: FunctionBuilder,
  unit: Unit<T>,
  result: Expr<T>,
  exact: () => Expr<'i32'>,
): void {
  const bits = f.let(unit.fmt.host.toBits(result));
  returnIf(f, unit, isFiniteBits(unit.fmt, bits), bits, exact);
}

/**
 * Returns the host's result if it is a normal number of at least twice the smallest: the smallest itself may have been
 * rounded up from a tiny value, which is an underflow.
 */
export function returnIfNormal<T extends HostType>(
  f: FunctionBuilder,
  unit: Unit<T>,
  result: Expr<T>,
  exact: () => Expr<'i32'>,
): void {
  const { fmt } = unit;
  const bits = f.let(fmt.host.toBits(result));
  returnIf(f, unit, isComfortable(fmt, bits), bits, exact);
}

/** Whether `bits` is finite and at least twice the smallest normal number. */
export const isComfortable = (fmt: Format<HostType>, bits: I64): Expr<'i32'> =>
  i64.ltU(i64.sub(magnitude(fmt, bits), 2n * fmt.hidden), fmt.infinity - 2n * fmt.hidden);

/**
 * What rounding took from `sum`, the host's x + y: Knuth's TwoSum, exact whenever the sum is finite, save that an
 * overflow on the way makes it infinite or NaN (Boldo, Graillat, Muller, "On the robustness of the 2Sum and Fast2Sum
 * algorithms", 2017).
 */
export function sumError<T extends HostType>(
  f: FunctionBuilder,
  { host }: Format<T>,
  x: Local<T>,
  y: Local<T>,
  sum: Local<T>,
): Expr<T> {
  const yPart = f.let(host.sub(sum, x));
  return host.add(host.sub(x, host.sub(sum, yPart)), host.sub(y, yPart));
}

/** Trailing zeros of the significand of a non-zero number; as good as infinite for zero times anything. */
export const trailingZeros = (fmt: Format<HostType>, bits: I64): Expr<'i64'> => i64.ctz(i64.or(bits, fmt.hidden));
