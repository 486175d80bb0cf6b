/** Comparisons, minimum and maximum, classification. `rm` is a parameter of all and ignored. */
import { type Expr, type FunctionRef, i32, i64 } from '../wasm/ops.ts';
import type { HostType } from './format.ts';
import { bit, FFLAG, isNan, isSignaling, isZero, magnitude, type Unit } from './unpack.ts';

/** FEQ, FLT or FLE: `(a, b, rm) -> 0 or 1`. FEQ is quiet: only a signaling NaN raises NV; for the others any NaN does. */
export function defineCompare<T extends HostType>(
  { module, fmt, raise }: Unit<T>,
  op: 'eq' | 'lt' | 'le',
): FunctionRef {
  const raises = op === 'eq' ? isSignaling : isNan;
  return module.define(['i64', 'i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    const holds = f.let(fmt.host[op](fmt.host.fromBits(a), fmt.host.fromBits(b)));
    // No comparison with a NaN holds.
    f.if(i32.eqz(holds), () => {
      f.if(i32.or(raises(fmt, a), raises(fmt, b)), () => raise(f, FFLAG.NV));
    });
    f.result(bit(holds));
  });
}

/** FMIN or FMAX: `(a, b, rm) -> bits`, minimumNumber and maximumNumber of IEEE 754-2019 section 9.6. */
export function defineExtremum<T extends HostType>({ module, fmt, raise }: Unit<T>, op: 'min' | 'max'): FunctionRef {
  const { host } = fmt;
  return module.define(['i64', 'i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const b = f.param('i64', 1);
    f.if(i32.or(isNan(fmt, a), isNan(fmt, b)), () => {
      f.if(i32.or(isSignaling(fmt, a), isSignaling(fmt, b)), () => raise(f, FFLAG.NV));
      f.if(i32.eqz(isNan(fmt, a)), () => f.return(a));
      f.return(i64.select(isNan(fmt, b), fmt.canonicalNan, b));
    });
    // The host orders -0 below +0 as well.
    f.result(host.toBits(host[op](host.fromBits(a), host.fromBits(b))));
  });
}

/** FCLASS: `(a, rm) -> mask` with exactly one of 10 bits set. */
export function defineClass<T extends HostType>({ module, fmt }: Unit<T>): FunctionRef {
  return module.define(['i64', 'i32'], ['i64'], (f) => {
    const a = f.param('i64', 0);
    const size = f.let(magnitude(fmt, a));
    f.if(isNan(fmt, a), () => f.return(i64.select(i64.eqz(i64.and(a, fmt.quiet)), 1n << 8n, 1n << 9n)));
    // From infinity (0) over normal and subnormal to zero (3): bit number of a negative, mirrored for a positive one.
    const steps: Expr<'i32'>[] = [i64.ltU(size, fmt.infinity), i64.ltU(size, fmt.hidden), isZero(fmt, a)];
    const rank = f.let(bit(steps.reduce((x, y) => i32.add(x, y))));
    const negative = i64.ne(i64.and(a, fmt.sign), 0n);
    f.result(i64.shl(1n, i64.select(negative, rank, i64.sub(7n, rank))));
  });
}
