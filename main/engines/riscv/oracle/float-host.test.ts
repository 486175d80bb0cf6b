// RNE results against JavaScript's own arithmetic: doubles directly, singles through Math.fround. Rounding a double
// result to single once more is harmless for + - * / and the square root, since 53 >= 2 * 24 + 2 (Figueroa 1995).
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatBits, floatTriple, intBits, narrowingBits } from '../../../../tests/fixtures/float-arbitrary.ts';
import type { Format } from './float.ts';
import * as float from './float.ts';
import { canonicalNan, F32, F64, RM } from './float.ts';

const RUNS = { seed: 0x1eee754, numRuns: 20_000 };

const view = new DataView(new ArrayBuffer(8));
function toNumber(fmt: Format, bits: bigint): number {
  view.setBigUint64(0, bits << BigInt(64 - fmt.width));
  return fmt === F32 ? view.getFloat32(0) : view.getFloat64(0);
}
/** The pattern of the value rounded to the format; a NaN's payload is the host's own affair, so it becomes canonical. */
function toBits(fmt: Format, x: number): bigint {
  if (Number.isNaN(x)) return canonicalNan(fmt);
  if (fmt === F32) view.setFloat32(0, x);
  else view.setFloat64(0, x);
  return fmt === F32 ? BigInt(view.getUint32(0)) : view.getBigUint64(0);
}

const BINARY: [string, typeof float.add, (x: number, y: number) => number][] = [
  ['add', float.add, (x, y) => x + y],
  ['sub', float.sub, (x, y) => x - y],
  ['mul', float.mul, (x, y) => x * y],
  ['div', float.div, (x, y) => x / y],
];
const COMPARISONS: [string, typeof float.eq, (x: number, y: number) => boolean][] = [
  ['eq', float.eq, (x, y) => x === y],
  ['lt', float.lt, (x, y) => x < y],
  ['le', float.le, (x, y) => x <= y],
];

describe.each([
  ['single', F32],
  ['double', F64],
] as [string, Format][])('%s precision agrees with the host', (_, fmt) => {
  test.each(BINARY)('%s', (_name, op, host) => {
    fc.assert(
      fc.property(floatTriple(fmt), ({ a, b }) => {
        expect(op(fmt, a, b, RM.RNE).bits).toBe(toBits(fmt, host(toNumber(fmt, a), toNumber(fmt, b))));
      }),
      RUNS,
    );
  });

  test.each(COMPARISONS)('%s', (_name, op, host) => {
    fc.assert(
      fc.property(floatTriple(fmt), ({ a, b }) => {
        expect(op(fmt, a, b).value).toBe(host(toNumber(fmt, a), toNumber(fmt, b)) ? 1 : 0);
      }),
      RUNS,
    );
  });

  test('sqrt', () => {
    fc.assert(
      fc.property(floatBits(fmt), (a) => {
        expect(float.sqrt(fmt, a, RM.RNE).bits).toBe(toBits(fmt, Math.sqrt(toNumber(fmt, a))));
      }),
      RUNS,
    );
  });

  test('toInt, rounding towards zero as BigInt(Math.trunc(x)) does', () => {
    fc.assert(
      fc.property(floatBits(fmt), fc.boolean(), fc.constantFrom(32 as const, 64 as const), (a, signed, width) => {
        const x = Math.trunc(toNumber(fmt, a));
        fc.pre(Number.isFinite(x));
        const expected = BigInt(x);
        const fits = expected === (signed ? BigInt.asIntN(width, expected) : BigInt.asUintN(width, expected));
        fc.pre(fits);
        expect(float.toInt(fmt, a, RM.RTZ, { signed, width }).bits).toBe(BigInt.asUintN(width, expected));
      }),
      RUNS,
    );
  });

  test('fromInt', () => {
    fc.assert(
      fc.property(intBits(64), fc.boolean(), fc.constantFrom(32 as const, 64 as const), (v, signed, width) => {
        fc.pre(fmt === F64 || width === 32); // a 64-bit integer would be rounded twice on its way to a single
        const value = signed ? BigInt.asIntN(width, v) : BigInt.asUintN(width, v);
        expect(float.fromInt(fmt, v, { signed, width }, RM.RNE).bits).toBe(toBits(fmt, Number(value)));
      }),
      RUNS,
    );
  });
});

test('convert agrees with Math.fround, and widening is exact', () => {
  fc.assert(
    fc.property(fc.oneof(floatBits(F64), narrowingBits()), (a) => {
      expect(float.convert(F64, F32, a, RM.RNE).bits).toBe(toBits(F32, toNumber(F64, a)));
    }),
    RUNS,
  );
  fc.assert(
    fc.property(floatBits(F32), (a) => {
      expect(float.convert(F32, F64, a, RM.RNE).bits).toBe(toBits(F64, toNumber(F32, a)));
    }),
    RUNS,
  );
});
