import { describe, expect, it } from 'vitest';
import type { FunctionBuilder } from './function.ts';
import { ModuleBuilder } from './module.ts';
import { call, callIndirect, i32, i64, type ValueType } from './ops.ts';

const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
const bytes = new Uint8Array(memory.buffer);

function instantiate(module: ModuleBuilder, host: Record<string, WebAssembly.ImportValue> = {}) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { host: { memory, ...host } });
  return exports as Record<string, (...args: (number | bigint)[]) => number | bigint | undefined>;
}

/** Exports one function as `run`. */
function one(params: ValueType[], results: ValueType[], build: (f: FunctionBuilder) => void) {
  const module = new ModuleBuilder();
  module.importSharedMemory('host', 'memory', 1);
  module.exportFunction('run', module.define(params, results, build));
  return instantiate(module).run;
}

describe('FunctionBuilder', () => {
  it('loops with a counter and leaves a block', () => {
    const sum = one(['i32'], ['i32'], (f) => {
      const limit = f.param('i32', 0);
      const counter = f.local('i32');
      const total = f.local('i32');
      f.block((done) => {
        f.loop((again) => {
          f.brIf(done, i32.geU(counter, limit));
          f.set(counter, i32.add(counter, 1));
          f.set(total, i32.add(total, counter));
          f.br(again);
        });
      });
      f.result(total);
    });
    expect([0, 1, 10].map((n) => sum?.(n))).toEqual([0, 1, 55]);
  });

  it('takes one side of an if', () => {
    const sign = one(['i64'], ['i64'], (f) => {
      const result = f.local('i64');
      f.if(
        i64.ltS(f.param('i64', 0), 0n),
        () => f.set(result, -1n),
        () => f.if(i64.ne(f.param('i64', 0), 0n), () => f.set(result, 1n)),
      );
      f.return(result);
      f.unreachable();
    });
    expect([-5n, 0n, 7n].map((n) => sign?.(n))).toEqual([-1n, 0n, 1n]);
  });

  it('runs the case of a switch that the index names, without falling through', () => {
    const pick = one(['i32'], ['i32'], (f) => {
      const trace = f.local('i32');
      const mark = (digit: number) => () => f.set(trace, i32.add(i32.mul(trace, 10), digit));
      f.switch(f.param('i32', 0), [mark(1), mark(2), mark(3)], mark(9));
      mark(5)();
      f.result(trace);
    });
    expect([0, 1, 2, 3, -1].map((n) => pick?.(n))).toEqual([15, 25, 35, 95, 95]);
  });

  it('evaluates a bound value once and a repeated expression twice', () => {
    bytes.fill(0, 0, 16);
    one([], [], (f) => {
      const next = i32.atomicAdd(0, 1);
      const bound = f.let(next);
      f.store(4, i32.add(bound, bound));
      f.store(8, i32.add(next, next));
    })?.();
    expect([...bytes.subarray(0, 12)]).toEqual([3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]);
  });

  it('stores as many bytes as the instruction says, at base plus offset', () => {
    const stores: [number, (f: FunctionBuilder) => void][] = [
      [1, (f) => f.store8(8, 0x0807_0605, 8)],
      [2, (f) => f.store16(8, 0x0807_0605, 8)],
      [4, (f) => f.store(8, 0x0807_0605, 8)],
      [4, (f) => f.atomicStore(8, 0x0807_0605, 8)],
      [1, (f) => f.storeLow8(8, 0x0c0b_0a09_0807_0605n, 8)],
      [2, (f) => f.storeLow16(8, 0x0c0b_0a09_0807_0605n, 8)],
      [4, (f) => f.storeLow32(8, 0x0c0b_0a09_0807_0605n, 8)],
      [8, (f) => f.store64(8, 0x0c0b_0a09_0807_0605n, 8)],
    ];
    for (const [width, build] of stores) {
      bytes.fill(0xff, 0, 32);
      one([], [], build)?.();
      const expected = Array.from({ length: 8 }, (_, index) => (index < width ? index + 5 : 0xff));
      expect([...bytes.subarray(16, 24)]).toEqual(expected);
      expect([bytes[15], bytes[24]]).toEqual([0xff, 0xff]);
    }
  });

  it('fills and copies memory', () => {
    one([], [], (f) => {
      f.memoryFill(64, 7, 4);
      f.memoryCopy(66, 64, 3);
      f.atomicFence();
    })?.();
    expect([...bytes.subarray(64, 70)]).toEqual([7, 7, 7, 7, 7, 0]);
  });

  it('refuses a parameter of another type, a branch out of a closed block and a wrong call', () => {
    const module = new ModuleBuilder();
    const callee = module.define(['i32'], ['i64'], (f) => f.result(i64.const(1n)));
    const f = module.declare(['i32'], []);
    expect(() => f.param('i64', 0)).toThrow('parameter 0 is not i64');
    let label = { level: 0 };
    f.block((own) => {
      label = own;
    });
    expect(() => f.br(label)).toThrow('block has ended');
    expect(() => f.call(callee)).toThrow('argument count');
    expect(() => f.call(callee, i64.const(1n))).toThrow('wrong type');
    expect(() => call('i32', callee, i32.const(1))).toThrow('is not i32');
  });
});

describe('ModuleBuilder', () => {
  it('links imported functions and globals before its own', () => {
    const module = new ModuleBuilder();
    const seen: (number | bigint)[] = [];
    const report = module.importFunction('host', 'report', ['i32', 'i64'], []);
    const base = module.importGlobal('host', 'base', 'i32');
    module.importSharedMemory('host', 'memory', 1);
    const double = module.define(['i32'], ['i32'], (f) => f.result(i32.add(f.param('i32', 0), f.param('i32', 0))));
    const run = module.define([], [], (f) => f.call(report, call('i32', double, base), i64.const(-1n)));
    module.exportFunction('run', run);
    instantiate(module, { base: 21, report: (a: number, b: bigint) => seen.push(a, b) }).run?.();
    expect(seen).toEqual([42, -1n]);
  });

  it('lets functions call each other and calls through the table', () => {
    const module = new ModuleBuilder();
    const isEven = module.declare(['i32'], ['i32']);
    const isOdd = module.declare(['i32'], ['i32']);
    const recurse = (f: FunctionBuilder, other: FunctionBuilder, atZero: number) => {
      const n = f.param('i32', 0);
      f.if(i32.eqz(n), () => f.return(i32.const(atZero)));
      f.result(call('i32', other.ref, i32.sub(n, 1)));
    };
    recurse(isEven, isOdd, 1);
    recurse(isOdd, isEven, 0);
    const table = module.setTable([isEven.ref, isOdd.ref]);
    const type = module.typeIndex(['i32'], ['i32']);
    const run = module.define(['i32', 'i32'], ['i32'], (f) =>
      f.result(callIndirect('i32', table, type, f.param('i32', 0), f.param('i32', 1))),
    );
    module.exportFunction('run', run);
    const exports = instantiate(module);
    expect([exports.run?.(0, 10), exports.run?.(1, 10), exports.run?.(0, 7), exports.run?.(1, 7)]).toEqual([
      1, 0, 0, 1,
    ]);
    expect(() => exports.run?.(2, 0)).toThrow(WebAssembly.RuntimeError);
  });

  it('numbers equal function types alike', () => {
    const module = new ModuleBuilder();
    expect(module.typeIndex(['i32'], [])).toBe(module.typeIndex(['i32'], []));
    expect(module.typeIndex(['i32'], [])).not.toBe(module.typeIndex([], ['i32']));
  });

  it('refuses an import behind a function', () => {
    const module = new ModuleBuilder();
    module.define([], [], () => {});
    expect(() => module.importFunction('host', 'late', [], [])).toThrow('import late comes after a function');
  });
});
