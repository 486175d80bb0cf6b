/** Takes operands apart: expressions over raw bit patterns, and what an operation needs from its surroundings. */
import type { FunctionBuilder } from '../wasm/function.ts';
import type { ModuleBuilder } from '../wasm/module.ts';
import { call, type Expr, type FunctionRef, type I32, type I64, i32, i64, type Local } from '../wasm/ops.ts';
import type { Format, HostType } from './format.ts';

/** Accrued exception flags as `fflags` encodes them (unprivileged ISA, "F" extension, section "fcsr"). */
export const FFLAG = { NX: 1, UF: 2, OF: 4, DZ: 8, NV: 16 } as const;

/** Rounding modes as `rm` encodes them. Functions here take 0 to 4 only. */
export const RM = { RNE: 0, RTZ: 1, RDN: 2, RUP: 3, RMM: 4 } as const;

/** Emits code that ORs `flags` into the accrued flags. */
export type Raise = (f: FunctionBuilder, flags: I32) => void;

/** What generated code may ask of the state it runs in. */
export interface FloatState {
  /** The accrued flags. */
  flags(): Expr<'i32'>;
}

/** What the generator of an operation is given. */
export interface Unit<T extends HostType> {
  readonly module: ModuleBuilder;
  readonly fmt: Format<T>;
  readonly state: FloatState;
  readonly raise: Raise;
  /** See `defineRoundPack`. */
  readonly roundPack: FunctionRef;
  /** See `defineNanResult`. */
  readonly nanResult: FunctionRef;
}

type AnyFormat = Format<HostType>;

/** A shift amount or anything else that is a 32-bit number, as i64. Shifts count modulo 64. */
export const wide = (value: I32): Expr<'i64'> => i64.extendI32U(value);
/** 0 or 1 as i64. */
export const bit = (cond: I32): Expr<'i64'> => i64.extendI32U(cond);

export const magnitude = (fmt: AnyFormat, bits: I64): Expr<'i64'> => i64.and(bits, fmt.abs);
export const isZero = (fmt: AnyFormat, bits: I64): Expr<'i32'> => i64.eqz(magnitude(fmt, bits));
export const isNan = (fmt: AnyFormat, bits: I64): Expr<'i32'> => i64.gtU(magnitude(fmt, bits), fmt.infinity);
export const isFiniteBits = (fmt: AnyFormat, bits: I64): Expr<'i32'> => i64.ltU(magnitude(fmt, bits), fmt.infinity);

/** Signaling NaNs lie between infinity and the first quiet NaN, both excluded. */
export const isSignaling = (fmt: AnyFormat, bits: I64): Expr<'i32'> =>
  i64.ltU(i64.sub(magnitude(fmt, bits), fmt.infinity + 1n), fmt.quiet - 1n);

/** The biased exponent field. */
export const exponent = (fmt: AnyFormat, bits: I64): Expr<'i32'> =>
  i32.and(i32.wrap(i64.shrU(bits, BigInt(fmt.fracBits))), fmt.expMask);

/** A magnitude as `sig * 2^(exp - bias - fracBits)`. */
export interface Parts {
  readonly exp: Local<'i32'>;
  readonly sig: Local<'i64'>;
}

/**
 * The parts of a finite non-zero operand with its leading one at bit `fracBits`; `exp` of a subnormal number falls to
 * zero and below. (Of zero: sig = 0 and a meaningless exp.)
 */
export function normalized(f: FunctionBuilder, fmt: AnyFormat, bits: I64): Parts {
  const exp = f.let(exponent(fmt, bits));
  const sig = f.let(i64.and(bits, fmt.frac));
  f.if(
    exp,
    () => f.set(sig, i64.or(sig, fmt.hidden)),
    () => {
      const shift = f.let(i32.sub(i32.wrap(i64.clz(sig)), 63 - fmt.fracBits));
      f.set(sig, i64.shl(sig, wide(shift)));
      f.set(exp, i32.sub(1, shift));
    },
  );
  return { exp, sig };
}

/** Defines `(a, b, c) -> NaN`: the canonical NaN, raising NV if any operand is a signaling NaN. */
export function defineNanResult(module: ModuleBuilder, fmt: AnyFormat, raise: Raise): FunctionRef {
  return module.define(['i64', 'i64', 'i64'], ['i64'], (f) => {
    const signaling = [0, 1, 2].map((i) => isSignaling(fmt, f.param('i64', i)));
    f.if(
      signaling.reduce((x, y) => i32.or(x, y)),
      () => raise(f, FFLAG.NV),
    );
    f.result(i64.const(fmt.canonicalNan));
  });
}

/** Returns the NaN that operands of which at least one is a NaN produce. */
export function returnNan<T extends HostType>(f: FunctionBuilder, unit: Unit<T>, a: Local<'i64'>, b = a, c = b): void {
  f.return(call('i64', unit.nanResult, a, b, c));
}

/** Raises NV and returns the canonical NaN: an operation that has no answer. */
export function returnInvalid<T extends HostType>(f: FunctionBuilder, unit: Unit<T>): void {
  unit.raise(f, FFLAG.NV);
  f.return(i64.const(unit.fmt.canonicalNan));
}

/** The zero that an exact cancellation yields (IEEE 754-2019 section 6.3): -0 when rounding down, else +0. */
export const cancelled = (fmt: AnyFormat, rm: I32): Expr<'i64'> => i64.select(i32.eq(rm, RM.RDN), fmt.sign, 0n);
