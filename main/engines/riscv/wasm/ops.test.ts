import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModuleBuilder } from './module.ts';
import { type AnyExpr, f32, f64, i32, i64, type ValueType } from './ops.ts';

type Value = number | bigint;
type Operands = readonly ValueType[];

/** A function that computes one expression of its parameters. */
function compile(params: Operands, result: ValueType, build: (...args: AnyExpr[]) => AnyExpr) {
  const module = new ModuleBuilder();
  module.importSharedMemory('host', 'memory', 1);
  const ref = module.define(params, [result], (f) =>
    f.result(build(...params.map((type, index) => f.param(type, index)))),
  );
  module.exportFunction('run', ref);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { host: { memory } });
  return { run: exports.run as (...args: Value[]) => Value, bytes: new Uint8Array(memory.buffer) };
}

/** Integer instructions as the Core Specification 2.0, section 4.3.2, defines them, on unsigned numbers of `bits` bits. */
const signed = (bits: number, a: bigint) => BigInt.asIntN(bits, a);
const test = (condition: boolean) => (condition ? 1n : 0n);
const shift = (bits: number, b: bigint) => b % BigInt(bits);
const count = (bits: number, a: bigint, pattern: RegExp) => {
  const digits = BigInt.asUintN(bits, a).toString(2).padStart(bits, '0');
  return BigInt(pattern.exec(digits)?.[0].length ?? 0);
};
const INTEGER: Record<string, (bits: number, a: bigint, b: bigint) => bigint> = {
  eqz: (_, a) => test(a === 0n),
  eq: (_, a, b) => test(a === b),
  ne: (_, a, b) => test(a !== b),
  ltS: (n, a, b) => test(signed(n, a) < signed(n, b)),
  ltU: (_, a, b) => test(a < b),
  gtS: (n, a, b) => test(signed(n, a) > signed(n, b)),
  gtU: (_, a, b) => test(a > b),
  leS: (n, a, b) => test(signed(n, a) <= signed(n, b)),
  leU: (_, a, b) => test(a <= b),
  geS: (n, a, b) => test(signed(n, a) >= signed(n, b)),
  geU: (_, a, b) => test(a >= b),
  clz: (n, a) => count(n, a, /^0*/),
  ctz: (n, a) => count(n, a, /0*$/),
  popcnt: (n, a) => BigInt(BigInt.asUintN(n, a).toString(2).replaceAll('0', '').length),
  add: (_, a, b) => a + b,
  sub: (_, a, b) => a - b,
  mul: (_, a, b) => a * b,
  divS: (n, a, b) => signed(n, a) / signed(n, b),
  divU: (_, a, b) => a / b,
  remS: (n, a, b) => signed(n, a) % signed(n, b),
  remU: (_, a, b) => a % b,
  and: (_, a, b) => a & b,
  or: (_, a, b) => a | b,
  xor: (_, a, b) => a ^ b,
  shl: (n, a, b) => a << shift(n, b),
  shrS: (n, a, b) => signed(n, a) >> shift(n, b),
  shrU: (n, a, b) => a >> shift(n, b),
  rotl: (n, a, b) => (a << shift(n, b)) | (a >> (BigInt(n) - shift(n, b))),
  rotr: (n, a, b) => (a >> shift(n, b)) | (a << (BigInt(n) - shift(n, b))),
  extend8S: (_, a) => signed(8, a),
  extend16S: (_, a) => signed(16, a),
  extend32S: (_, a) => signed(32, a),
};
const UNARY = /^(eqz|clz|ctz|popcnt|extend)/;
const TEST = /^(eqz|eq|ne|[lg][te][SU])$/;

describe.each([
  ['i32', 32, i32],
  ['i64', 64, i64],
] as const)('%s', (type, bits, ops) => {
  const value = fc.oneof(
    fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }),
    fc.constantFrom(0n, 1n, 2n, (1n << BigInt(bits - 1)) - 1n, 1n << BigInt(bits - 1), (1n << BigInt(bits)) - 1n),
  );
  const own = (bigint: bigint): Value => (type === 'i32' ? Number(BigInt.asIntN(32, bigint)) : bigint);

  it.each(Object.keys(INTEGER).filter((name) => name in ops))('%s', (name) => {
    const build = ops[name as keyof typeof ops] as (...args: AnyExpr[]) => AnyExpr;
    const params: Operands = UNARY.test(name) ? [type] : [type, type];
    const { run } = compile(params, TEST.test(name) ? 'i32' : type, build);
    const reference = INTEGER[name];
    fc.assert(
      fc.property(value, value, (a, b) => {
        if (/^(div|rem)/.test(name) && b === 0n) return;
        const expected = reference?.(bits, a, b) ?? 0n;
        // The one quotient that does not fit traps.
        if (name === 'divS' && expected === 1n << BigInt(bits - 1)) return;
        const actual = run(...[own(a), own(b)].slice(0, params.length));
        expect(BigInt.asUintN(bits, BigInt(actual))).toBe(BigInt.asUintN(bits, expected));
      }),
    );
  });

  it('select takes the first value when the condition holds', () => {
    const { run } = compile(['i32'], type, (condition) =>
      type === 'i32' ? i32.select(condition as never, 3, 4) : i64.select(condition as never, 3n, 4n),
    );
    expect([run(1), run(-1), run(0)].map(Number)).toEqual([3, 3, 4]);
  });

  it('constants are read back', () => {
    const constants = fc.sample(value, { numRuns: 50, seed: 1 });
    for (const constant of constants) {
      const build = () => (type === 'i32' ? i32.const(Number(signed(32, constant))) : i64.const(signed(64, constant)));
      expect(BigInt.asUintN(bits, BigInt(compile([], type, build).run()))).toBe(constant);
    }
  });
});

describe('loads', () => {
  const BYTES = [0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8];
  it.each([
    ['i32', 'load', 0xb4a39281n],
    ['i32', 'load8S', -0x7fn],
    ['i32', 'load8U', 0x81n],
    ['i32', 'load16S', -0x6d7fn],
    ['i32', 'load16U', 0x9281n],
    ['i32', 'atomicLoad', 0xb4a39281n],
    ['i64', 'load', 0xf8e7d6c5b4a39281n],
    ['i64', 'load8S', -0x7fn],
    ['i64', 'load8U', 0x81n],
    ['i64', 'load16S', -0x6d7fn],
    ['i64', 'load16U', 0x9281n],
    ['i64', 'load32S', -0x4b5c6d7fn],
    ['i64', 'load32U', 0xb4a39281n],
    ['i64', 'atomicLoad', 0xf8e7d6c5b4a39281n],
    ['i64', 'atomicLoad32U', 0xb4a39281n],
  ] as const)('%s.%s', (type, name, expected) => {
    const ops = { i32, i64 }[type] as Record<string, unknown>;
    const { run, bytes } = compile(['i32'], type, (base) => (ops[name] as typeof i32.load)(base as never, 8));
    bytes.set(BYTES, 0x108);
    const width = type === 'i32' ? 32 : 64;
    expect(BigInt.asUintN(width, BigInt(run(0x100)))).toBe(BigInt.asUintN(width, expected));
  });
});

describe('read-modify-write', () => {
  const OLD = 0x1122_3344_5566_7788n;
  const OPERAND = 0x0f0f_00ff_1234_5678n;
  const RESULT: Record<string, (a: bigint, b: bigint) => bigint> = {
    Add: (a, b) => a + b,
    And: (a, b) => a & b,
    Or: (a, b) => a | b,
    Xor: (a, b) => a ^ b,
    Xchg: (_, b) => b,
  };
  const rows = Object.entries({ i32, i64 }).flatMap(([type, ops]) =>
    Object.entries(ops).flatMap(([name, build]) => {
      const [, operation = '', width] = /^atomic(Add|And|Or|Xor|Xchg)(8|32)?U?$/.exec(name) ?? [];
      return operation
        ? [{ type: type as 'i32' | 'i64', name, build, operation, width: Number(width ?? type.slice(1)) }]
        : [];
    }),
  );

  it.each(rows)('$type.$name', ({ type, build, operation, width }) => {
    const rmw = build as (base: AnyExpr, value: AnyExpr, offset: number) => AnyExpr;
    const { run, bytes } = compile(['i32', type], type, (base, value) => rmw(base, value, 8));
    const memory = new BigUint64Array(bytes.buffer);
    memory[0x108 / 8] = OLD;
    const operand = type === 'i32' ? Number(BigInt.asIntN(32, OPERAND)) : OPERAND;
    expect(BigInt.asUintN(width, BigInt(run(0x100, operand)))).toBe(BigInt.asUintN(width, OLD));
    const high = (OLD >> BigInt(width)) << BigInt(width);
    expect(memory[0x108 / 8]).toBe(high | BigInt.asUintN(width, RESULT[operation]?.(OLD, OPERAND) ?? 0n));
  });

  it.each([
    ['atomicCmpxchg', 64],
    ['atomicCmpxchg32U', 32],
  ] as const)('i64.%s stores only over what it expects', (name, width) => {
    const { run, bytes } = compile(['i32', 'i64', 'i64'], 'i64', (base, expected, replacement) =>
      i64[name](base as never, expected as never, replacement as never, 8),
    );
    const memory = new BigUint64Array(bytes.buffer);
    memory[0x108 / 8] = OLD;
    const found = BigInt.asUintN(width, OLD);
    expect(run(0x100, found ^ 1n, OPERAND)).toBe(found);
    expect(memory[0x108 / 8]).toBe(OLD);
    expect(run(0x100, found, OPERAND)).toBe(found);
    expect(BigInt.asUintN(width, memory[0x108 / 8] ?? 0n)).toBe(BigInt.asUintN(width, OPERAND));
    expect((memory[0x108 / 8] ?? 0n) >> BigInt(width)).toBe(OLD >> BigInt(width));
  });
});

/** Floating-point instructions whose result JavaScript computes too. */
const FLOAT: Record<string, (a: number, b: number) => number> = {
  eq: (a, b) => Number(a === b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  abs: Math.abs,
  neg: (a) => -a,
  sqrt: Math.sqrt,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
};

describe.each([
  ['f32', f32, fc.float(), Math.fround],
  ['f64', f64, fc.double(), Number],
] as const)('%s', (type, ops, value, round) => {
  it.each(Object.keys(FLOAT))('%s', (name) => {
    const build = ops[name as keyof typeof ops] as (...args: AnyExpr[]) => AnyExpr;
    const params: Operands = /^(abs|neg|sqrt)$/.test(name) ? [type] : [type, type];
    const { run } = compile(params, /^(eq|lt|le)$/.test(name) ? 'i32' : type, build);
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(run(...[a, b].slice(0, params.length))).toBe(round(FLOAT[name]?.(a, b) ?? 0));
      }),
    );
  });
});

describe('conversions', () => {
  const call = (from: ValueType, to: ValueType, build: (a: never) => AnyExpr, value: Value) =>
    compile([from], to, (a) => build(a as never)).run(value);

  it.each([
    ['i32.wrap', call('i64', 'i32', i32.wrap, 0x1_8000_0001n), -0x7fff_ffff],
    ['i32.reinterpretF32', call('f32', 'i32', i32.reinterpretF32, 1), 0x3f80_0000],
    ['i64.extendI32S', call('i32', 'i64', i64.extendI32S, -2), -2n],
    ['i64.extendI32U', call('i32', 'i64', i64.extendI32U, -2), 0xffff_fffen],
    ['i64.truncSatF64U', call('f64', 'i64', i64.truncSatF64U, 2 ** 63 + 2048), -(2n ** 63n) + 2048n],
    ['i64.truncSatF64U of a negative number', call('f64', 'i64', i64.truncSatF64U, -1), 0n],
    ['i64.truncSatF64U of no number', call('f64', 'i64', i64.truncSatF64U, Number.NaN), 0n],
    ['i64.truncSatF64U of too large a number', call('f64', 'i64', i64.truncSatF64U, 2 ** 64), -1n],
    ['i64.reinterpretF64', call('f64', 'i64', i64.reinterpretF64, 1), 0x3ff0_0000_0000_0000n],
    ['f32.convertI64S', call('i64', 'f32', f32.convertI64S, -1n), -1],
    ['f32.convertI64U', call('i64', 'f32', f32.convertI64U, -1n), 2 ** 64],
    ['f32.demote', call('f64', 'f32', f32.demote, 0.1), Math.fround(0.1)],
    ['f32.reinterpretI32', call('i32', 'f32', f32.reinterpretI32, 0x3f80_0000), 1],
    ['f64.convertI32S', call('i32', 'f64', f64.convertI32S, -1), -1],
    ['f64.convertI64S', call('i64', 'f64', f64.convertI64S, -1n), -1],
    ['f64.convertI64U', call('i64', 'f64', f64.convertI64U, -1n), 2 ** 64],
    ['f64.promote', call('f32', 'f64', f64.promote, Math.fround(0.1)), Math.fround(0.1)],
    ['f64.reinterpretI64', call('i64', 'f64', f64.reinterpretI64, 0x3ff0_0000_0000_0000n), 1],
  ])('%s', (_, actual, expected) => {
    expect(actual).toBe(expected);
  });
});
