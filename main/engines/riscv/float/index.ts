/**
 * IEEE 754-2019 arithmetic with the choices RISC-V makes (unprivileged ISA, "F" and "D" extensions), as WebAssembly
 * functions of the module under construction.
 */
import type { FloatFormat, FloatOp } from '../isa/ops.ts';
import type { ModuleBuilder } from '../wasm/module.ts';
import type { FunctionRef } from '../wasm/ops.ts';
import { defineAdd, defineMul } from './arithmetic.ts';
import { defineClass, defineCompare, defineExtremum } from './compare.ts';
import { defineFromInt, defineNarrow, defineToInt, defineWiden } from './convert.ts';
import { defineDiv, defineSqrt } from './divide.ts';
import { defineFma } from './fma.ts';
import { DOUBLE, type Format, type HostType, SINGLE } from './format.ts';
import { defineRoundPack } from './round.ts';
import { defineNanResult, type FloatState, type Raise, type Unit } from './unpack.ts';

export type { FloatState, Raise } from './unpack.ts';

/**
 * Every function takes its operands as i64 raw bits (a single in the low 32, the rest zero), then the rounding mode as an
 * i32 from 0 to 4 (also where nothing is rounded), and returns an i64: raw bits of the same shape, an integer (`toI32`
 * and `toU32` sign-extended from 32 bits), 0 or 1, or the mask of `class`.
 */
export type FloatFunctions = Readonly<Record<FloatFormat, Readonly<Record<FloatOp, FunctionRef>>>>;

/**
 * Defines all operations in both formats. `raise` emits code that ORs `fflags` bits (NX = 1, UF = 2, OF = 4, DZ = 8,
 * NV = 16) into the hart's accrued flags; `state` reads them, for the short way of `fast.ts`.
 */
export function defineFloat(module: ModuleBuilder, raise: Raise, state: FloatState): FloatFunctions {
  const single = defineUnit(module, SINGLE, raise, state);
  const double = defineUnit(module, DOUBLE, raise, state);
  return {
    S: { ...defineOps(single), cvt: defineNarrow(single) },
    D: { ...defineOps(double), cvt: defineWiden(double) },
  };
}

function defineUnit<T extends HostType>(
  module: ModuleBuilder,
  fmt: Format<T>,
  raise: Raise,
  state: FloatState,
): Unit<T> {
  const roundPack = defineRoundPack(module, fmt, raise);
  const nanResult = defineNanResult(module, fmt, raise);
  return { module, fmt, raise, state, roundPack, nanResult };
}

function defineOps<T extends HostType>(unit: Unit<T>): Record<Exclude<FloatOp, 'cvt'>, FunctionRef> {
  return {
    add: defineAdd(unit, false),
    sub: defineAdd(unit, true),
    mul: defineMul(unit),
    div: defineDiv(unit),
    sqrt: defineSqrt(unit),
    fma: defineFma(unit),
    min: defineExtremum(unit, 'min'),
    max: defineExtremum(unit, 'max'),
    eq: defineCompare(unit, 'eq'),
    lt: defineCompare(unit, 'lt'),
    le: defineCompare(unit, 'le'),
    class: defineClass(unit),
    toI32: defineToInt(unit, { signed: true, width: 32 }),
    toU32: defineToInt(unit, { signed: false, width: 32 }),
    toI64: defineToInt(unit, { signed: true, width: 64 }),
    toU64: defineToInt(unit, { signed: false, width: 64 }),
    fromI32: defineFromInt(unit, { signed: true, width: 32 }),
    fromU32: defineFromInt(unit, { signed: false, width: 32 }),
    fromI64: defineFromInt(unit, { signed: true, width: 64 }),
    fromU64: defineFromInt(unit, { signed: false, width: 64 }),
  };
}
