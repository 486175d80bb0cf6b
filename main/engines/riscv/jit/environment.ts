/** What every module of compiled code imports, and the names under which a hart provides it (`code-cache.ts`). */
import { floatName } from '../hart/core.ts';
import { regionType } from '../hart/region.ts';
import type { ArithmeticFunctions } from '../hart/values.ts';
import type { FloatFormat, FloatOp } from '../isa/ops.ts';
import { REGISTER, STATE } from '../memory/layout.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { type Expr, type FunctionRef, i32, i64, type TableRef } from '../wasm/ops.ts';

type StateName = keyof typeof STATE;

export interface Environment {
  readonly module: ModuleBuilder;
  /** Address of the hart's private state, and of its register file. */
  readonly hart: Expr<'i32'>;
  readonly registers: Expr<'i32'>;
  /** The interpreter's cold functions, by op, and their type. */
  readonly cold: TableRef;
  readonly coldType: number;
  /** The hart's regions, and their type. */
  readonly regions: TableRef;
  readonly regionType: number;
  /** See `AccessFunctions` in the MMU. */
  readonly refill: FunctionRef;
  readonly arithmetic: ArithmeticFunctions;
  readonly float: (format: FloatFormat, op: FloatOp) => FunctionRef;
}

const ARITHMETIC = ['mulhUU', 'mulhSS', 'mulhSU', 'clmul', 'clmulh'] as const;

/** Declares what is wanted, and no more: all imports come before the first function. */
export function declareEnvironment(wanted: Wanted): Environment {
  const module = new ModuleBuilder();
  const importBinary = (name: string) => module.importFunction('core', name, ['i64', 'i64'], ['i64']);
  const arithmetic = Object.fromEntries(
    ARITHMETIC.filter((name) => wanted.arithmetic.has(name)).map((name) => [name, importBinary(name)]),
  ) as unknown as ArithmeticFunctions;
  const floats = new Map(
    [...wanted.float].map(([name, operands]) => {
      const params = [...Array.from({ length: operands }, () => 'i64' as const), 'i32' as const];
      return [name, module.importFunction('core', name, params, ['i64'])];
    }),
  );
  const refill = module.importFunction('core', 'refill', ['i64', 'i32', 'i32'], ['i32']);
  module.importSharedMemory('hart', 'memory', 1);
  return {
    module,
    hart: module.importGlobal('hart', 'base', 'i32'),
    registers: module.importGlobal('hart', 'registers', 'i32'),
    cold: module.importTable('core', 'cold'),
    coldType: module.typeIndex(['i32', 'i32', 'i32'], ['i32']),
    regions: module.importTable('hart', 'regions'),
    regionType: regionType(module),
    refill,
    arithmetic,
    float: (format, op) => {
      const ref = floats.get(floatName(format, op));
      if (ref === undefined) throw new Error(`${floatName(format, op)} was not asked for`);
      return ref;
    },
  };
}

/** Functions of the hart's module that compiled code calls. */
export interface Wanted {
  readonly arithmetic: ReadonlySet<string>;
  /** Name, and how many operands beside the rounding mode. */
  readonly float: ReadonlyMap<string, number>;
}

export function state32(e: Environment, name: StateName): Expr<'i32'> {
  return i32.load(e.hart, STATE[name]);
}

export function state64(e: Environment, name: StateName): Expr<'i64'> {
  return i64.load(e.hart, STATE[name]);
}

export const xOffset = (register: number): number => REGISTER.x + 8 * register;
export const fOffset = (register: number): number => REGISTER.f + 8 * register;
