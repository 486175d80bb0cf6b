/** The floating-point part of `Ops`: registers, NaN boxing, rounding modes, accrued flags. `float.ts` computes. */

import type { FloatFormat, FloatOp, Ops } from '../isa/ops.ts';
import type { CompareResult, FloatResult, IntFormat, RoundingMode } from './float.ts';
import * as float from './float.ts';
import { canonicalNan, F32, F64, RM } from './float.ts';
import { u64 } from './integer-ops.ts';
import { type Hart, Illegal, setFloatDirty } from './state.ts';

/** `rm` of an instruction that means frm. */
const DYN = 7n;
/** The upper half of a register that holds a single (chapter "F", "NaN Boxing of Narrower Values"). */
const BOX = 0xffff_ffff_0000_0000n;

const I32: IntFormat = { signed: true, width: 32 };
const U32: IntFormat = { signed: false, width: 32 };
const I64: IntFormat = { signed: true, width: 64 };
const U64: IntFormat = { signed: false, width: 64 };

function compute(op: FloatOp, format: FloatFormat, args: readonly bigint[], rm: RoundingMode): FloatResult {
  const fmt = format === 'S' ? F32 : F64;
  const [a = 0n, b = 0n, c = 0n] = args;
  const truth = ({ value, flags }: CompareResult): FloatResult => ({ bits: BigInt(value), flags });
  const toInt = (int: IntFormat): FloatResult => {
    const { bits, flags } = float.toInt(fmt, a, rm, int);
    return { bits: u64(BigInt.asIntN(int.width, bits)), flags };
  };
  switch (op) {
    case 'add':
      return float.add(fmt, a, b, rm);
    case 'sub':
      return float.sub(fmt, a, b, rm);
    case 'mul':
      return float.mul(fmt, a, b, rm);
    case 'div':
      return float.div(fmt, a, b, rm);
    case 'sqrt':
      return float.sqrt(fmt, a, rm);
    case 'fma':
      return float.fma(fmt, a, b, c, rm);
    case 'min':
      return float.min(fmt, a, b);
    case 'max':
      return float.max(fmt, a, b);
    case 'eq':
      return truth(float.eq(fmt, a, b));
    case 'lt':
      return truth(float.lt(fmt, a, b));
    case 'le':
      return truth(float.le(fmt, a, b));
    case 'class':
      return { bits: BigInt(float.classify(fmt, a)), flags: 0 };
    case 'toI32':
      return toInt(I32);
    case 'toU32':
      return toInt(U32);
    case 'toI64':
      return toInt(I64);
    case 'toU64':
      return toInt(U64);
    case 'fromI32':
      return float.fromInt(fmt, a, I32, rm);
    case 'fromU32':
      return float.fromInt(fmt, a, U32, rm);
    case 'fromI64':
      return float.fromInt(fmt, a, I64, rm);
    case 'fromU64':
      return float.fromInt(fmt, a, U64, rm);
    case 'cvt':
      return float.convert(format === 'S' ? F64 : F32, fmt, a, rm);
  }
}

export function floatOps(h: Hart): Pick<Ops<bigint, number>, 'f64' | 'setF64' | 'f32' | 'setF32' | 'rm' | 'float'> {
  const setF64 = (r: number, v: bigint): void => {
    h.f[r] = v;
    setFloatDirty(h);
  };
  return {
    f64: (r) => h.f[r]!,
    setF64,
    f32: (r) => ((h.f[r]! & BOX) === BOX ? BigInt.asUintN(32, h.f[r]!) : canonicalNan(F32)),
    setF32: (r, v) => setF64(r, BOX | BigInt.asUintN(32, v)),
    rm: (field) => {
      const mode = field === DYN ? BigInt(h.frm) : field;
      if (mode > BigInt(RM.RMM)) throw new Illegal();
      return mode;
    },
    float: (op, format, args, rm) => {
      const { bits, flags } = compute(op, format, args, Number(rm) as RoundingMode);
      if ((flags & ~h.fflags) !== 0) {
        h.fflags |= flags;
        setFloatDirty(h);
      }
      return bits;
    },
  };
}
