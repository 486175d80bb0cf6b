/**
 * WebAssembly instructions as typed expressions.
 *
 * An expression knows its type and how to append itself to a function body; nothing is emitted until a statement of
 * `FunctionBuilder` takes it. An expression used twice is emitted, and so evaluated, twice: bind it to a local first.
 */
import { type Bytes, pushSigned32, pushSigned64, pushUnsigned } from './encode.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64';

export const TYPE_CODE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const satisfies Record<ValueType, number>;

/** A branch target. `level` is the depth of its block, set while the block is open. */
export interface Label {
  level: number;
}

/** What an expression writes to: the bytes of a body, and how deep its open blocks nest. */
export interface Body {
  readonly bytes: Bytes;
  depth: number;
}

export interface Expr<T extends ValueType> {
  readonly type: T;
  emit(body: Body): void;
}

export type I32 = Expr<'i32'> | number;
export type I64 = Expr<'i64'> | bigint;
export type F32 = Expr<'f32'>;
export type F64 = Expr<'f64'>;
export type AnyExpr = Expr<ValueType>;

/** A local variable or parameter; reading it is an expression. */
export interface Local<T extends ValueType> extends Expr<T> {
  readonly index: number;
}

/** A table of functions, for `call_indirect`. */
export interface TableRef {
  readonly index: number;
}

/** A function of the module under construction, or one it imports. */
export interface FunctionRef {
  readonly index: number;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export function toI32(value: I32): Expr<'i32'> {
  if (typeof value !== 'number') return value;
  return {
    type: 'i32',
    emit: ({ bytes }) => {
      bytes.push(0x41);
      pushSigned32(bytes, value);
    },
  };
}

export function toI64(value: I64): Expr<'i64'> {
  if (typeof value !== 'bigint') return value;
  return {
    type: 'i64',
    emit: ({ bytes }) => {
      bytes.push(0x42);
      const narrow = Number(value);
      // The encodings are the same, and most constants are small
      if (narrow === (narrow | 0)) pushSigned32(bytes, narrow);
      else pushSigned64(bytes, value);
    },
  };
}

function node<T extends ValueType>(type: T, opcode: readonly number[], operands: readonly AnyExpr[]): Expr<T> {
  return {
    type,
    emit: (body) => {
      for (const operand of operands) operand.emit(body);
      for (const byte of opcode) body.bytes.push(byte);
    },
  };
}

const i32Unary = (op: number) => (a: I32) => node('i32', [op], [toI32(a)]);
const i32Binary = (op: number) => (a: I32, b: I32) => node('i32', [op], [toI32(a), toI32(b)]);
const i64Unary = (op: number) => (a: I64) => node('i64', [op], [toI64(a)]);
const i64Binary = (op: number) => (a: I64, b: I64) => node('i64', [op], [toI64(a), toI64(b)]);
const i64Test = (op: number) => (a: I64) => node('i32', [op], [toI64(a)]);
const i64Compare = (op: number) => (a: I64, b: I64) => node('i32', [op], [toI64(a), toI64(b)]);
const f32Unary = (op: number) => (a: F32) => node('f32', [op], [a]);
const f32Binary = (op: number) => (a: F32, b: F32) => node('f32', [op], [a, b]);
const f32Compare = (op: number) => (a: F32, b: F32) => node('i32', [op], [a, b]);
const f64Unary = (op: number) => (a: F64) => node('f64', [op], [a]);
const f64Binary = (op: number) => (a: F64, b: F64) => node('f64', [op], [a, b]);
const f64Compare = (op: number) => (a: F64, b: F64) => node('i32', [op], [a, b]);

/** A memory operand: `base` plus the constant `offset`, in bytes. */
function memarg(opcode: readonly number[], alignLog2: number, offset: number, memory: number): number[] {
  const out = [...opcode];
  if (memory === 0) {
    out.push(alignLog2);
  } else {
    out.push(alignLog2 | 0x40);
    pushUnsigned(out, memory);
  }
  pushUnsigned(out, offset);
  return out;
}

/** Plain accesses claim no alignment, for guests access what they like; it is a hint only. */
const load =
  <T extends ValueType>(type: T, op: number) =>
  (base: I32, offset = 0) =>
    node(type, memarg([op], 0, offset, 0), [toI32(base)]);
/** Atomic accesses must claim their natural alignment; an unaligned address traps in the host. */
const atomicLoad =
  <T extends ValueType>(type: T, op: number, alignLog2: number) =>
  (base: I32, offset = 0) =>
    node(type, memarg([0xfe, op], alignLog2, offset, 0), [toI32(base)]);
const i32Rmw =
  (op: number, alignLog2: number) =>
  (base: I32, value: I32, offset = 0) =>
    node('i32', memarg([0xfe, op], alignLog2, offset, 0), [toI32(base), toI32(value)]);
const i64Rmw =
  (op: number, alignLog2: number) =>
  (base: I32, value: I64, offset = 0) =>
    node('i64', memarg([0xfe, op], alignLog2, offset, 0), [toI32(base), toI64(value)]);

export const i32 = {
  const: (value: number) => toI32(value),
  eqz: i32Unary(0x45),
  eq: i32Binary(0x46),
  ne: i32Binary(0x47),
  ltS: i32Binary(0x48),
  ltU: i32Binary(0x49),
  gtS: i32Binary(0x4a),
  gtU: i32Binary(0x4b),
  leS: i32Binary(0x4c),
  leU: i32Binary(0x4d),
  geS: i32Binary(0x4e),
  geU: i32Binary(0x4f),
  clz: i32Unary(0x67),
  ctz: i32Unary(0x68),
  popcnt: i32Unary(0x69),
  add: i32Binary(0x6a),
  sub: i32Binary(0x6b),
  mul: i32Binary(0x6c),
  divS: i32Binary(0x6d),
  divU: i32Binary(0x6e),
  remS: i32Binary(0x6f),
  remU: i32Binary(0x70),
  and: i32Binary(0x71),
  or: i32Binary(0x72),
  xor: i32Binary(0x73),
  shl: i32Binary(0x74),
  shrS: i32Binary(0x75),
  shrU: i32Binary(0x76),
  rotl: i32Binary(0x77),
  rotr: i32Binary(0x78),
  wrap: (a: I64) => node('i32', [0xa7], [toI64(a)]),
  reinterpretF32: (a: F32) => node('i32', [0xbc], [a]),
  extend8S: i32Unary(0xc0),
  extend16S: i32Unary(0xc1),
  load: load('i32', 0x28),
  load8S: load('i32', 0x2c),
  load8U: load('i32', 0x2d),
  load16S: load('i32', 0x2e),
  load16U: load('i32', 0x2f),
  atomicLoad: atomicLoad('i32', 0x10, 2),
  atomicAdd: i32Rmw(0x1e, 2),
  atomicAnd: i32Rmw(0x2c, 2),
  atomicOr: i32Rmw(0x33, 2),
  atomicOr8: i32Rmw(0x35, 0),
  atomicAnd8: i32Rmw(0x2e, 0),
  atomicXchg: i32Rmw(0x41, 2),
  select: (cond: I32, a: I32, b: I32) => node('i32', [0x1b], [toI32(a), toI32(b), toI32(cond)]),
} as const;

export const i64 = {
  const: (value: bigint) => toI64(value),
  eqz: i64Test(0x50),
  eq: i64Compare(0x51),
  ne: i64Compare(0x52),
  ltS: i64Compare(0x53),
  ltU: i64Compare(0x54),
  gtS: i64Compare(0x55),
  gtU: i64Compare(0x56),
  leS: i64Compare(0x57),
  leU: i64Compare(0x58),
  geS: i64Compare(0x59),
  geU: i64Compare(0x5a),
  clz: i64Unary(0x79),
  ctz: i64Unary(0x7a),
  popcnt: i64Unary(0x7b),
  add: i64Binary(0x7c),
  sub: i64Binary(0x7d),
  mul: i64Binary(0x7e),
  divS: i64Binary(0x7f),
  divU: i64Binary(0x80),
  remS: i64Binary(0x81),
  remU: i64Binary(0x82),
  and: i64Binary(0x83),
  or: i64Binary(0x84),
  xor: i64Binary(0x85),
  shl: i64Binary(0x86),
  shrS: i64Binary(0x87),
  shrU: i64Binary(0x88),
  rotl: i64Binary(0x89),
  rotr: i64Binary(0x8a),
  extendI32S: (a: I32) => node('i64', [0xac], [toI32(a)]),
  extendI32U: (a: I32) => node('i64', [0xad], [toI32(a)]),
  /** Saturates; NaN becomes 0. */
  truncSatF64U: (a: F64) => node('i64', [0xfc, 0x07], [a]),
  reinterpretF64: (a: F64) => node('i64', [0xbd], [a]),
  extend8S: i64Unary(0xc2),
  extend16S: i64Unary(0xc3),
  extend32S: i64Unary(0xc4),
  load: load('i64', 0x29),
  load8S: load('i64', 0x30),
  load8U: load('i64', 0x31),
  load16S: load('i64', 0x32),
  load16U: load('i64', 0x33),
  load32S: load('i64', 0x34),
  load32U: load('i64', 0x35),
  atomicLoad: atomicLoad('i64', 0x11, 3),
  atomicLoad32U: atomicLoad('i64', 0x16, 2),
  atomicAdd: i64Rmw(0x1f, 3),
  atomicAdd32U: i64Rmw(0x24, 2),
  atomicAnd: i64Rmw(0x2d, 3),
  atomicAnd32U: i64Rmw(0x32, 2),
  atomicOr: i64Rmw(0x34, 3),
  atomicOr32U: i64Rmw(0x39, 2),
  atomicXor: i64Rmw(0x3b, 3),
  atomicXor32U: i64Rmw(0x40, 2),
  atomicXchg: i64Rmw(0x42, 3),
  atomicXchg32U: i64Rmw(0x47, 2),
  /** The value found at `base + offset`; `replacement` was stored there if that equals `expected`. */
  atomicCmpxchg: (base: I32, expected: I64, replacement: I64, offset = 0) =>
    node('i64', memarg([0xfe, 0x49], 3, offset, 0), [toI32(base), toI64(expected), toI64(replacement)]),
  atomicCmpxchg32U: (base: I32, expected: I64, replacement: I64, offset = 0) =>
    node('i64', memarg([0xfe, 0x4e], 2, offset, 0), [toI32(base), toI64(expected), toI64(replacement)]),
  select: (cond: I32, a: I64, b: I64) => node('i64', [0x1b], [toI64(a), toI64(b), toI32(cond)]),
} as const;

export const f32 = {
  eq: f32Compare(0x5b),
  lt: f32Compare(0x5d),
  le: f32Compare(0x5f),
  abs: f32Unary(0x8b),
  neg: f32Unary(0x8c),
  sqrt: f32Unary(0x91),
  add: f32Binary(0x92),
  sub: f32Binary(0x93),
  mul: f32Binary(0x94),
  div: f32Binary(0x95),
  min: f32Binary(0x96),
  max: f32Binary(0x97),
  convertI64S: (a: I64) => node('f32', [0xb4], [toI64(a)]),
  convertI64U: (a: I64) => node('f32', [0xb5], [toI64(a)]),
  demote: (a: F64) => node('f32', [0xb6], [a]),
  reinterpretI32: (a: I32) => node('f32', [0xbe], [toI32(a)]),
} as const;

const F64X2_SPLAT = [0xfd, 0x14] as const;
/** Operation 0x107, then the extraction of lane 0. */
const F64X2_RELAXED_MADD_LANE_0 = [0xfd, 0x87, 0x02, 0xfd, 0x21, 0x00] as const;

export const f64 = {
  load: load('f64', 0x2b),
  eq: f64Compare(0x61),
  lt: f64Compare(0x63),
  le: f64Compare(0x65),
  abs: f64Unary(0x99),
  neg: f64Unary(0x9a),
  sqrt: f64Unary(0x9f),
  add: f64Binary(0xa0),
  sub: f64Binary(0xa1),
  mul: f64Binary(0xa2),
  div: f64Binary(0xa3),
  min: f64Binary(0xa4),
  max: f64Binary(0xa5),
  copysign: f64Binary(0xa6),
  /** a * b + c by way of f64x2.relaxed_madd: rounded once or twice, as the host likes (Relaxed SIMD). */
  relaxedMadd: (a: F64, b: F64, c: F64) => {
    const splat = (v: F64) => node('f64', F64X2_SPLAT, [v]);
    return node('f64', F64X2_RELAXED_MADD_LANE_0, [splat(a), splat(b), splat(c)]);
  },
  convertI32S: (a: I32) => node('f64', [0xb7], [toI32(a)]),
  convertI64S: (a: I64) => node('f64', [0xb9], [toI64(a)]),
  convertI64U: (a: I64) => node('f64', [0xba], [toI64(a)]),
  promote: (a: F32) => node('f64', [0xbb], [a]),
  reinterpretI64: (a: I64) => node('f64', [0xbf], [toI64(a)]),
} as const;

/** Reads global `index` of the module. */
export function globalGet<T extends ValueType>(type: T, index: number): Expr<T> {
  return {
    type,
    emit: ({ bytes }) => {
      bytes.push(0x23);
      pushUnsigned(bytes, index);
    },
  };
}

function emitCall(body: Body, callee: FunctionRef, args: readonly AnyExpr[]): void {
  if (args.length !== callee.params.length) throw new Error(`call of function ${callee.index}: wrong argument count`);
  args.forEach((arg, i) => {
    if (arg.type !== callee.params[i])
      throw new Error(`call of function ${callee.index}: argument ${i} has wrong type`);
    arg.emit(body);
  });
  body.bytes.push(0x10);
  pushUnsigned(body.bytes, callee.index);
}

/** A call of a function with exactly one result, of the given type. */
export function call<T extends ValueType>(type: T, callee: FunctionRef, ...args: readonly AnyExpr[]): Expr<T> {
  if (callee.results.length !== 1 || callee.results[0] !== type)
    throw new Error(`function ${callee.index} is not ${type}`);
  return { type, emit: (body) => emitCall(body, callee, args) };
}

export { emitCall };

/** A call through `table`; function types are named by `ModuleBuilder.typeIndex`. */
export function callIndirect<T extends ValueType>(
  type: T,
  table: TableRef,
  typeIndex: number,
  element: I32,
  ...args: readonly AnyExpr[]
): Expr<T> {
  return {
    type,
    emit: (body) => {
      for (const arg of args) arg.emit(body);
      toI32(element).emit(body);
      body.bytes.push(0x11);
      pushUnsigned(body.bytes, typeIndex);
      pushUnsigned(body.bytes, table.index);
    },
  };
}
