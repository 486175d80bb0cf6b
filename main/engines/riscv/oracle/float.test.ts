// Directed corner cases. The properties are in float-rounding.test.ts (definition of correct rounding) and
// float-host.test.ts (against JavaScript's own arithmetic); tests/differential/float-vs-qemu.test.ts has the hardware's view.
import { describe, expect, test } from 'vitest';
import type { FloatResult, RoundingMode } from './float.ts';
import * as float from './float.ts';
import { F32, F64, FFLAG, RM } from './float.ts';
import { round } from './float-format.ts';

const { NX, UF, OF, DZ, NV } = FFLAG;
const MODES: readonly RoundingMode[] = [RM.RNE, RM.RTZ, RM.RDN, RM.RUP, RM.RMM];

const D = {
  fmt: F64,
  nan: 0x7ff8000000000000n,
  negNan: 0xfff8000000001234n,
  snan: 0x7ff0000000000001n,
  inf: 0x7ff0000000000000n,
  negInf: 0xfff0000000000000n,
  negZero: 0x8000000000000000n,
  one: 0x3ff0000000000000n,
  negOne: 0xbff0000000000000n,
  tiny: 0x0000000000000001n,
  minNormal: 0x0010000000000000n,
  max: 0x7fefffffffffffffn,
  negMax: 0xffefffffffffffffn,
};
type Values = typeof D;
const S: Values = {
  fmt: F32,
  nan: 0x7fc00000n,
  negNan: 0xffc01234n,
  snan: 0x7f800001n,
  inf: 0x7f800000n,
  negInf: 0xff800000n,
  negZero: 0x80000000n,
  one: 0x3f800000n,
  negOne: 0xbf800000n,
  tiny: 0x00000001n,
  minNormal: 0x00800000n,
  max: 0x7f7fffffn,
  negMax: 0xff7fffffn,
};
const FORMATS: [string, Values][] = [
  ['single', S],
  ['double', D],
];

const hex = ({ bits, flags }: FloatResult): string => `0x${bits.toString(16)} flags ${flags}`;
const expectResult = (actual: FloatResult, bits: bigint, flags: number): void =>
  expect(hex(actual)).toBe(hex({ bits, flags }));
/** One expectation per rounding mode, in the order RNE RTZ RDN RUP RMM. */
function expectModes(run: (rm: RoundingMode) => FloatResult, bits: readonly bigint[], flags: readonly number[]): void {
  expect(MODES.map((rm) => hex(run(rm)))).toEqual(bits.map((b, i) => hex({ bits: b, flags: flags[i] ?? -1 })));
}
const all = (flags: number): number[] => MODES.map(() => flags);

describe.each(FORMATS)('%s precision', (_, v) => {
  const { fmt, nan, negNan, snan, inf, negInf, negZero, one, negOne, tiny, minNormal, max, negMax } = v;

  test('a quiet NaN gives the canonical NaN silently, a signaling one raises NV', () => {
    for (const rm of MODES) {
      for (const [operand, flags] of [
        [negNan, 0],
        [snan, NV],
      ] as const) {
        for (const other of [one, 0n, inf, negNan]) {
          for (const op of [float.add, float.sub, float.mul, float.div]) {
            expectResult(op(fmt, operand, other, rm), nan, flags);
            expectResult(op(fmt, other, operand, rm), nan, flags);
          }
        }
        expectResult(float.sqrt(fmt, operand, rm), nan, flags);
        expectResult(float.fma(fmt, operand, one, one, rm), nan, flags);
        expectResult(float.fma(fmt, one, operand, one, rm), nan, flags);
        expectResult(float.fma(fmt, one, one, operand, rm), nan, flags);
      }
    }
  });

  test('invalid operations', () => {
    for (const rm of MODES) {
      expectResult(float.add(fmt, inf, negInf, rm), nan, NV);
      expectResult(float.sub(fmt, inf, inf, rm), nan, NV);
      expectResult(float.mul(fmt, inf, negZero, rm), nan, NV);
      expectResult(float.mul(fmt, 0n, negInf, rm), nan, NV);
      expectResult(float.div(fmt, 0n, negZero, rm), nan, NV);
      expectResult(float.div(fmt, negInf, inf, rm), nan, NV);
      expectResult(float.sqrt(fmt, negOne, rm), nan, NV);
      expectResult(float.sqrt(fmt, negInf, rm), nan, NV);
      expectResult(float.fma(fmt, inf, one, negInf, rm), nan, NV);
      expectResult(float.fma(fmt, inf, 0n, one, rm), nan, NV);
    }
  });

  test('fma with a quiet NaN: silent, except for infinity * 0 and a signaling addend', () => {
    expectResult(float.fma(fmt, inf, 0n, nan, RM.RNE), nan, NV);
    expectResult(float.fma(fmt, negZero, inf, negNan, RM.RNE), nan, NV);
    expectResult(float.fma(fmt, negNan, one, snan, RM.RNE), nan, NV);
    expectResult(float.fma(fmt, inf, one, negNan, RM.RNE), nan, 0);
  });

  test('infinities are exact', () => {
    for (const rm of MODES) {
      expectResult(float.add(fmt, inf, negMax, rm), inf, 0);
      expectResult(float.sub(fmt, max, inf, rm), negInf, 0);
      expectResult(float.mul(fmt, negInf, tiny, rm), negInf, 0);
      expectResult(float.div(fmt, negInf, negZero, rm), inf, 0);
      expectResult(float.div(fmt, negOne, inf, rm), negZero, 0);
      expectResult(float.sqrt(fmt, inf, rm), inf, 0);
      expectResult(float.fma(fmt, max, max, negInf, rm), negInf, 0);
      expectResult(float.fma(fmt, negInf, one, max, rm), negInf, 0);
    }
  });

  test('division by zero raises DZ alone', () => {
    for (const rm of MODES) {
      expectResult(float.div(fmt, one, negZero, rm), negInf, DZ);
      expectResult(float.div(fmt, tiny, 0n, rm), inf, DZ);
      expectResult(float.div(fmt, negZero, one, rm), negZero, 0);
    }
  });

  test('signs of zero sums: exact cancellation is -0 only when rounding down', () => {
    const cancelled = [0n, 0n, negZero, 0n, 0n];
    expectModes((rm) => float.sub(fmt, one, one, rm), cancelled, all(0));
    expectModes((rm) => float.add(fmt, negZero, 0n, rm), cancelled, all(0));
    expectModes((rm) => float.add(fmt, negZero, negZero, rm), Array(5).fill(negZero), all(0));
    expectModes((rm) => float.add(fmt, 0n, 0n, rm), Array(5).fill(0n), all(0));
    expectModes((rm) => float.fma(fmt, one, one, negOne, rm), cancelled, all(0));
    expectModes((rm) => float.fma(fmt, negZero, one, negZero, rm), Array(5).fill(negZero), all(0));
    expectModes((rm) => float.fma(fmt, negZero, negOne, negZero, rm), cancelled, all(0));
    expectModes((rm) => float.sqrt(fmt, negZero, rm), Array(5).fill(negZero), all(0));
  });

  test('overflow: infinity or the largest finite number, by mode and sign', () => {
    expectModes((rm) => float.add(fmt, max, max, rm), [inf, max, max, inf, inf], all(OF | NX));
    expectModes((rm) => float.mul(fmt, negMax, max, rm), [negInf, negMax, negInf, negMax, negInf], all(OF | NX));
    expectModes((rm) => float.div(fmt, max, tiny, rm), [inf, max, max, inf, inf], all(OF | NX));
    // A tiny addend is lost, or carries the largest number over the edge: only RUP overflows.
    expectModes((rm) => float.add(fmt, max, tiny, rm), [max, max, max, inf, max], [NX, NX, NX, OF | NX, NX]);
  });

  test('overflow starts half an ulp above the largest finite number', () => {
    const p = fmt.sigBits;
    const emax = 2 ** (fmt.expBits - 1) - 1;
    const halfway = (1n << BigInt(p + 1)) - 1n; // p + 1 ones: exactly between the largest number and 2^(emax + 1)
    expectModes(
      (rm) => round(fmt, 0, halfway, emax - p, false, rm),
      [inf, max, max, inf, inf],
      [OF | NX, NX, NX, OF | NX, OF | NX],
    );
    const below = (halfway << 1n) - 1n;
    expectModes(
      (rm) => round(fmt, 0, below, emax - p - 1, false, rm),
      [max, max, max, inf, max],
      [NX, NX, NX, OF | NX, NX],
    );
  });

  test('halfway cases round to even, or away with RMM', () => {
    const p = BigInt(fmt.sigBits);
    const one_ = 1n << (p - 1n);
    // 1 + half an ulp (even below), and 1 + one and a half ulp (odd below), in units of 2^-p.
    const atOne = (q: bigint, sign: 0 | 1) => (rm: RoundingMode) => round(fmt, sign, q, -fmt.sigBits, false, rm);
    expectModes(atOne(one_ * 2n + 1n, 0), [one, one, one, one + 1n, one + 1n], all(NX));
    expectModes(atOne(one_ * 2n + 3n, 0), [one + 2n, one + 1n, one + 1n, one + 2n, one + 2n], all(NX));
    expectModes(atOne(one_ * 2n + 1n, 1), [negOne, negOne, negOne + 1n, negOne, negOne + 1n], all(NX));
    // A sticky tail below the tie breaks it.
    const sticky = (rm: RoundingMode) => round(fmt, 0, one_ * 2n + 1n, -fmt.sigBits, true, rm);
    expectModes(sticky, [one + 1n, one, one, one + 1n, one + 1n], all(NX));
  });

  test('halves of the smallest subnormal', () => {
    const half = v === S ? 0x3f000000n : 0x3fe0000000000000n;
    expectModes((rm) => float.mul(fmt, tiny, half, rm), [0n, 0n, 0n, tiny, tiny], all(UF | NX));
    expectModes(
      (rm) => float.mul(fmt, tiny, half | negZero, rm),
      [negZero, negZero, negZero | tiny, negZero, negZero | tiny],
      all(UF | NX),
    );
    expectModes((rm) => float.mul(fmt, 3n, half, rm), [2n, 1n, 1n, 2n, 2n], all(UF | NX));
    expectModes((rm) => float.mul(fmt, tiny, tiny, rm), [0n, 0n, 0n, tiny, 0n], all(UF | NX));
  });

  test('exact subnormal results raise nothing', () => {
    const half = v === S ? 0x3f000000n : 0x3fe0000000000000n;
    for (const rm of MODES) {
      expectResult(float.mul(fmt, minNormal, half, rm), minNormal >> 1n, 0);
      expectResult(float.sub(fmt, minNormal, tiny, rm), minNormal - 1n, 0);
      expectResult(float.add(fmt, minNormal - 1n, tiny, rm), minNormal, 0);
      expectResult(
        float.div(fmt, minNormal - 2n, v === S ? 0x40000000n : 0x4000000000000000n, rm),
        (minNormal >> 1n) - 1n,
        0,
      );
    }
  });

  test('tininess is detected after rounding', () => {
    const largestSubnormal = minNormal - 1n;
    // 2^emin * (1 + ulp)(1 - ulp): with an unbounded exponent it rounds to 2^emin where the mode rounds up: not tiny.
    expectModes(
      (rm) => float.mul(fmt, minNormal + 1n, one - 2n, rm),
      [minNormal, largestSubnormal, largestSubnormal, minNormal, minNormal],
      [NX, UF | NX, UF | NX, NX, NX],
    );
    // 2^emin * (1 - half ulp) fits p bits, so it is tiny in every mode, though it may be delivered as 2^emin.
    expectModes(
      (rm) => float.mul(fmt, minNormal, one - 1n, rm),
      [minNormal, largestSubnormal, largestSubnormal, minNormal, minNormal],
      all(UF | NX),
    );
  });

  test('fused multiply-add rounds once', () => {
    // (1 + ulp)^2 - (1 + 2 ulp) = ulp^2 exactly; rounding the product first would give 0.
    const ulpSquared = BigInt(2 ** (fmt.expBits - 1) - 1 - 2 * (fmt.sigBits - 1)) << BigInt(fmt.sigBits - 1);
    expectModes(
      (rm) => float.fma(fmt, one + 1n, one + 1n, (one + 2n) | negZero, rm),
      Array(5).fill(ulpSquared),
      all(0),
    );
    // max * max - max * max overflows only in the product.
    const two = one + (1n << BigInt(fmt.sigBits - 1));
    expectModes((rm) => float.fma(fmt, max, two, negMax, rm), Array(5).fill(max), all(0));
    // The product lies below half an ulp of c and still decides the direction.
    expectModes((rm) => float.fma(fmt, tiny, tiny, one, rm), [one, one, one, one + 1n, one], all(NX));
    expectModes((rm) => float.fma(fmt, tiny, tiny | negZero, one, rm), [one, one - 1n, one - 1n, one, one], all(NX));
  });

  test('min and max: numbers beat NaNs, -0 is below +0, a signaling NaN raises NV', () => {
    for (const [a, b, least, most, flags] of [
      [one, negOne, negOne, one, 0],
      [0n, negZero, negZero, 0n, 0],
      [negInf, inf, negInf, inf, 0],
      [negMax, tiny, negMax, tiny, 0],
      [one, negNan, one, one, 0],
      [one, snan, one, one, NV],
      [negNan, negNan, nan, nan, 0],
      [negNan, snan, nan, nan, NV],
      [one, one, one, one, 0],
    ] as const) {
      expectResult(float.min(fmt, a, b), least, flags);
      expectResult(float.min(fmt, b, a), least, flags);
      expectResult(float.max(fmt, a, b), most, flags);
      expectResult(float.max(fmt, b, a), most, flags);
    }
  });

  test('comparisons: eq is quiet, lt and le are signaling', () => {
    for (const [a, b, eq, lt, le, eqFlags, ltFlags] of [
      [one, one, 1, 0, 1, 0, 0],
      [negOne, one, 0, 1, 1, 0, 0],
      [one, negOne, 0, 0, 0, 0, 0],
      [negZero, 0n, 1, 0, 1, 0, 0],
      [0n, negZero, 1, 0, 1, 0, 0],
      [negInf, negMax, 0, 1, 1, 0, 0],
      [max, inf, 0, 1, 1, 0, 0],
      [inf, inf, 1, 0, 1, 0, 0],
      [negInf, inf, 0, 1, 1, 0, 0],
      [tiny, minNormal, 0, 1, 1, 0, 0],
      [negNan, one, 0, 0, 0, 0, NV],
      [one, negNan, 0, 0, 0, 0, NV],
      [snan, one, 0, 0, 0, NV, NV],
      [negNan, snan, 0, 0, 0, NV, NV],
    ] as const) {
      expect(float.eq(fmt, a, b)).toEqual({ value: eq, flags: eqFlags });
      expect(float.lt(fmt, a, b)).toEqual({ value: lt, flags: ltFlags });
      expect(float.le(fmt, a, b)).toEqual({ value: le, flags: ltFlags });
    }
  });

  test('classify sets the bit of the FCLASS table', () => {
    const operands = [negInf, negMax, negZero | tiny, negZero, 0n, minNormal - 1n, minNormal, inf, snan, negNan];
    expect(operands.map((a) => float.classify(fmt, a))).toEqual(operands.map((_a, bit) => 1 << bit));
  });

  test('out-of-range conversions saturate with NV alone (the table of FCVT domains)', () => {
    for (const rm of MODES) {
      for (const [signed, width, least, most] of [
        [true, 32, 0x80000000n, 0x7fffffffn],
        [false, 32, 0n, 0xffffffffn],
        [true, 64, 0x8000000000000000n, 0x7fffffffffffffffn],
        [false, 64, 0n, 0xffffffffffffffffn],
      ] as const) {
        for (const a of [max, inf, nan, negNan, snan])
          expectResult(float.toInt(fmt, a, rm, { signed, width }), most, NV);
        for (const a of [negMax, negInf]) expectResult(float.toInt(fmt, a, rm, { signed, width }), least, NV);
        expectResult(float.toInt(fmt, negZero, rm, { signed, width }), 0n, 0);
        expectResult(float.toInt(fmt, one, rm, { signed, width }), 1n, 0);
      }
      expectResult(float.toInt(fmt, negOne, rm, { signed: false, width: 32 }), 0n, NV);
      expectResult(float.toInt(fmt, negOne, rm, { signed: true, width: 32 }), 0xffffffffn, 0);
      expectResult(float.toInt(fmt, negOne, rm, { signed: true, width: 64 }), 0xffffffffffffffffn, 0);
    }
  });

  test('conversions to integers round in every mode, and -0.5 is NX or NV by what it rounds to', () => {
    const of = (x: number): bigint => BigInt.asUintN(fmt.width, v === S ? f32(x) : f64(x));
    const w = { signed: true, width: 32 } as const;
    const wu = { signed: false, width: 32 } as const;
    const i32 = (n: number): bigint => BigInt.asUintN(32, BigInt(n));
    const rounded = (x: number, ...to: number[]): void =>
      expectModes((rm) => float.toInt(fmt, of(x), rm, w), to.map(i32), all(NX));
    rounded(0.5, 0, 0, 0, 1, 1);
    rounded(1.5, 2, 1, 1, 2, 2);
    rounded(2.5, 2, 2, 2, 3, 3);
    rounded(-0.5, 0, 0, -1, 0, -1);
    rounded(-1.5, -2, -1, -2, -1, -2);
    rounded(0.75, 1, 0, 0, 1, 1);
    rounded(-0.25, 0, 0, -1, 0, 0);
    expectModes((rm) => float.toInt(fmt, of(-0.5), rm, wu), Array(5).fill(0n), [NX, NX, NV, NX, NV]);
    expectModes((rm) => float.toInt(fmt, negZero | tiny, rm, wu), Array(5).fill(0n), [NX, NX, NV, NX, NX]);
  });
});

const view = new DataView(new ArrayBuffer(8));
function f32(x: number): bigint {
  view.setFloat32(0, x);
  return BigInt(view.getUint32(0));
}
function f64(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

describe('limits of the conversions', () => {
  test('double to 32-bit integers right at the edges', () => {
    const at = (x: number, signed: boolean) => (rm: RoundingMode) =>
      float.toInt(F64, f64(x), rm, { signed, width: 32 });
    const most = 0x7fffffffn;
    const least = 0x80000000n;
    expectModes(at(2147483647.5, true), [most, most, most, most, most], [NV, NX, NX, NV, NV]);
    expectModes(at(-2147483648.5, true), [least, least, least, least, least], [NX, NX, NV, NX, NV]);
    expectModes(at(4294967295.5, false), Array(5).fill(0xffffffffn), [NV, NX, NX, NV, NV]);
    expectModes(at(2147483648, false), Array(5).fill(least), all(0));
  });

  test('single to 64-bit integers: 2^63 and its neighbours', () => {
    const l = { signed: true, width: 64 } as const;
    const lu = { signed: false, width: 64 } as const;
    expectResult(float.toInt(F32, f32(2 ** 63), RM.RNE, l), 2n ** 63n - 1n, NV);
    expectResult(float.toInt(F32, f32(2 ** 63), RM.RNE, lu), 2n ** 63n, 0);
    expectResult(float.toInt(F32, f32(-(2 ** 63)), RM.RNE, l), 2n ** 63n, 0);
    expectResult(float.toInt(F32, f32(2 ** 63) - 1n, RM.RNE, l), 2n ** 63n - 2n ** 39n, 0);
    expectResult(float.toInt(F32, f32(2 ** 64), RM.RNE, lu), 2n ** 64n - 1n, NV);
  });

  test('integers that need rounding', () => {
    const l = { signed: true, width: 64 } as const;
    const tie = 2n ** 53n + 1n;
    expectModes(
      (rm) => float.fromInt(F64, tie, l, rm),
      [2 ** 53, 2 ** 53, 2 ** 53, 2 ** 53 + 2, 2 ** 53 + 2].map(f64),
      all(NX),
    );
    const down = [-(2 ** 53), -(2 ** 53), -(2 ** 53) - 2, -(2 ** 53), -(2 ** 53) - 2];
    expectModes((rm) => float.fromInt(F64, -tie, l, rm), down.map(f64), all(NX));
    expectResult(float.fromInt(F32, 2n ** 64n - 1n, { signed: false, width: 64 }, RM.RNE), f32(2 ** 64), NX);
    expectResult(float.fromInt(F32, 2n ** 64n - 1n, l, RM.RNE), f32(-1), 0);
    expectResult(float.fromInt(F64, 0xffffffffn, { signed: true, width: 32 }, RM.RNE), f64(-1), 0);
    expectResult(float.fromInt(F64, 0xffffffff_00000001n, { signed: false, width: 32 }, RM.RNE), f64(1), 0);
    for (const rm of MODES) expectResult(float.fromInt(F64, 0n, l, rm), 0n, 0);
  });

  test('double to single and back', () => {
    const narrow = (a: bigint) => (rm: RoundingMode) => float.convert(F64, F32, a, rm);
    expectModes(narrow(D.max), [S.inf, S.max, S.max, S.inf, S.inf], all(OF | NX));
    expectModes(narrow(D.negMax), [S.negInf, S.negMax, S.negInf, S.negMax, S.negInf], all(OF | NX));
    expectModes(narrow(D.tiny), [0n, 0n, 0n, 1n, 0n], all(UF | NX));
    expectModes(narrow(f64(2 ** -150)), [0n, 0n, 0n, 1n, 1n], all(UF | NX));
    expectModes(narrow(f64(2 ** -149)), Array(5).fill(1n), all(0));
    expectModes(
      narrow(f64(2 ** -126 - 2 ** -152)),
      [0x800000n, 0x7fffffn, 0x7fffffn, 0x800000n, 0x800000n],
      [NX, UF | NX, UF | NX, NX, NX],
    );
    expectModes(narrow(D.negNan), Array(5).fill(S.nan), all(0));
    expectModes(narrow(D.snan), Array(5).fill(S.nan), all(NV));
    expectModes(narrow(D.negZero), Array(5).fill(S.negZero), all(0));
    for (const rm of MODES) {
      expectResult(float.convert(F32, F64, S.tiny, rm), f64(2 ** -149), 0);
      expectResult(float.convert(F32, F64, S.negInf, rm), D.negInf, 0);
      expectResult(float.convert(F32, F64, S.negNan, rm), D.nan, 0);
      expectResult(float.convert(F32, F64, S.snan, rm), D.nan, NV);
    }
  });

  test('round refuses a sticky value whose unknown tail could decide the rounding', () => {
    expect(() => round(F32, 0, (1n << 24n) - 1n, 0, true, RM.RNE)).toThrow(RangeError);
  });
});
