/**
 * The two formats as constants of generated code, and the host instructions of the same width.
 *
 * Everything in this folder is written once over `Format` and generated twice, for singles and for doubles.
 */
import type { FloatFormat } from '../isa/ops.ts';
import { type Expr, f32, f64, type I64, i32, i64 } from '../wasm/ops.ts';

export type HostType = 'f32' | 'f64';

/** The host's own instructions of one width. They round to nearest, ties to even, and raise nothing. */
export interface Host<T extends HostType> {
  fromBits(bits: I64): Expr<T>;
  toBits(value: Expr<T>): Expr<'i64'>;
  add(a: Expr<T>, b: Expr<T>): Expr<T>;
  sub(a: Expr<T>, b: Expr<T>): Expr<T>;
  mul(a: Expr<T>, b: Expr<T>): Expr<T>;
  div(a: Expr<T>, b: Expr<T>): Expr<T>;
  sqrt(a: Expr<T>): Expr<T>;
  min(a: Expr<T>, b: Expr<T>): Expr<T>;
  max(a: Expr<T>, b: Expr<T>): Expr<T>;
  eq(a: Expr<T>, b: Expr<T>): Expr<'i32'>;
  lt(a: Expr<T>, b: Expr<T>): Expr<'i32'>;
  le(a: Expr<T>, b: Expr<T>): Expr<'i32'>;
  convertI64S(a: I64): Expr<T>;
  convertI64U(a: I64): Expr<T>;
}

export interface Format<T extends HostType> {
  readonly name: FloatFormat;
  readonly type: T;
  readonly host: Host<T>;
  /** Bits of the fraction field: the precision without the hidden bit. */
  readonly fracBits: number;
  /** The all-ones exponent field of infinities and NaNs. */
  readonly expMask: number;
  readonly bias: number;
  /** Masks and patterns within the raw bits. */
  readonly sign: bigint;
  readonly abs: bigint;
  readonly frac: bigint;
  readonly infinity: bigint;
  readonly canonicalNan: bigint;
  /** The bit that tells quiet NaNs from signaling ones. */
  readonly quiet: bigint;
  /** The hidden bit of a significand, and the smallest normal number. */
  readonly hidden: bigint;
}

function format<T extends HostType>(
  name: FloatFormat,
  type: T,
  expBits: number,
  fracBits: number,
  host: Host<T>,
): Format<T> {
  const sign = 1n << BigInt(expBits + fracBits);
  const hidden = 1n << BigInt(fracBits);
  const quiet = hidden >> 1n;
  const infinity = sign - hidden;
  return {
    name,
    type,
    host,
    fracBits,
    expMask: 2 ** expBits - 1,
    bias: 2 ** (expBits - 1) - 1,
    sign,
    abs: sign - 1n,
    frac: hidden - 1n,
    infinity,
    canonicalNan: infinity | quiet,
    quiet,
    hidden,
  };
}

export const SINGLE: Format<'f32'> = format('S', 'f32', 8, 23, {
  ...f32,
  fromBits: (bits) => f32.reinterpretI32(i32.wrap(bits)),
  toBits: (value) => i64.extendI32U(i32.reinterpretF32(value)),
});

export const DOUBLE: Format<'f64'> = format('D', 'f64', 11, 52, {
  ...f64,
  fromBits: (bits) => f64.reinterpretI64(bits),
  toBits: (value) => i64.reinterpretF64(value),
});
