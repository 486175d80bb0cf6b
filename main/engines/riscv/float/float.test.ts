// Every operation, format and rounding mode against the exact BigInt reference, on operands weighted towards trouble.
import { describe, expect, test } from 'vitest';
import { FORMATS, floatModule, OPERANDS, OPS } from '../../../../tests/fixtures/float-module.ts';
import {
  checkConversion,
  checkFromInteger,
  checkOperations,
  expectAsReference,
} from '../../../../tests/fixtures/float-properties.ts';
import { FFLAG, type FloatResult, RM, type RoundingMode } from '../oracle/float.ts';

const RUNS = { seed: 0x51fa7, numRuns: 50_000 };
const MODES: readonly RoundingMode[] = [0, 1, 2, 3, 4];
const module = floatModule();

describe.each(FORMATS)('random operands of format %s', (format) => {
  test('operations', () => checkOperations(module, format, RUNS));
  test('conversion from the other format', () => checkConversion(module, format, RUNS));
  test('conversion from integers', () => checkFromInteger(module, format, RUNS));
});

describe.each(FORMATS)('all pairs of notable operands of format %s', (format, fmt) => {
  const frac = BigInt(fmt.sigBits - 1);
  const infinity = ((1n << BigInt(fmt.expBits)) - 1n) << frac;
  const one = ((1n << BigInt(fmt.expBits - 1)) - 1n) << frac;
  const magnitudes = [
    0n, // zero
    1n, // the smallest subnormal
    (1n << frac) - 1n, // the largest
    1n << frac, // the smallest normal
    (1n << frac) + 1n,
    2n << frac,
    one - 1n,
    one,
    one + 1n,
    one + (1n << (frac - 1n)), // 1.5
    infinity - 1n, // the largest finite
    infinity - (1n << frac),
    infinity,
    infinity + 1n, // signaling NaNs
    infinity + (1n << (frac - 1n)) - 1n,
    infinity + (1n << (frac - 1n)), // quiet NaNs
    infinity + (1n << frac) - 1n,
  ];
  const notable = magnitudes.flatMap((m) => [m, m | (1n << BigInt(fmt.width - 1))]);

  test.each(OPS.filter((op) => op !== 'cvt' && !op.startsWith('from')))('%s', (op) => {
    const [second, third] = [OPERANDS[op] > 1 ? notable : [0n], OPERANDS[op] > 2 ? notable : [0n]];
    for (const a of notable) {
      for (const b of second) {
        for (const c of third) {
          for (const rm of MODES) expectAsReference(module, format, op, [a, b, c].slice(0, OPERANDS[op]), rm);
        }
      }
    }
  });
});

describe('known hard cases', () => {
  const run = (...[format, op, args, rm, accrued]: Parameters<typeof module.run>): FloatResult =>
    module.run(format, op, args, rm, accrued);
  const doubleBits = (value: number): bigint => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    return view.getBigUint64(0);
  };

  test('a result rounded up to the smallest normal number underflows if it was tiny after rounding', () => {
    // (1 + 2^-52) * (2^-1022 - 2^-1074) = 2^-1022 - 2^-1126: rounds up to 2^-1022 even with an unbounded exponent.
    expect(run('D', 'mul', [0x3ff0000000000001n, 0x000fffffffffffffn], RM.RNE, 0)).toEqual({
      bits: 0x0010000000000000n,
      flags: FFLAG.NX,
    });
    // 2^-1022 - 2^-1075 would be representable with an unbounded exponent, and tiny; as it is, a tie goes up to 2^-1022.
    const below = run('D', 'mul', [0x3fe0000000000000n, 0x001fffffffffffffn], RM.RNE, FFLAG.NX);
    expect(below).toEqual({ bits: 0x0010000000000000n, flags: FFLAG.NX | FFLAG.UF });
  });

  test('a fused multiply-add keeps what the product alone would lose', () => {
    const x = doubleBits(1 + 2 ** -52);
    const square = doubleBits((1 + 2 ** -52) ** 2);
    expect(run('D', 'fma', [x, x, square ^ (1n << 63n)], RM.RNE, 0)).toEqual({ bits: doubleBits(2 ** -104), flags: 0 });
  });

  test('a single multiply-add is not rounded twice', () => {
    // (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24 is a tie between singles. 2^-70 lifts it, but a double cannot hold the sum.
    const args = [0x3f800800n, 0x3f800800n, 0x1c800000n];
    for (const accrued of [0, FFLAG.NX]) {
      expect(run('S', 'fma', args, RM.RNE, accrued)).toEqual({ bits: 0x3f801001n, flags: FFLAG.NX });
    }
  });

  test('infinity times zero is invalid even with a quiet NaN as addend', () => {
    expect(run('S', 'fma', [0x7f800000n, 0n, 0x7fc00000n], RM.RNE, 0)).toEqual({ bits: 0x7fc00000n, flags: FFLAG.NV });
  });

  test('conversion to an integer saturates, a NaN upwards', () => {
    const max = { bits: 0x7fffffffn, flags: FFLAG.NV };
    expect(run('D', 'toI32', [doubleBits(2 ** 31)], RM.RNE, 0)).toEqual(max);
    expect(run('D', 'toI32', [doubleBits(2 ** 31 - 0.75)], RM.RUP, 0)).toEqual(max);
    expect(run('D', 'toI32', [doubleBits(Number.NaN)], RM.RNE, 0)).toEqual(max);
    expect(run('D', 'toU32', [doubleBits(Number.NaN)], RM.RNE, 0)).toEqual({ bits: 2n ** 64n - 1n, flags: FFLAG.NV });
    expect(run('D', 'toU64', [doubleBits(-1)], RM.RNE, 0)).toEqual({ bits: 0n, flags: FFLAG.NV });
    expect(run('D', 'toU64', [doubleBits(-0.5)], RM.RNE, 0)).toEqual({ bits: 0n, flags: FFLAG.NX });
    expect(run('D', 'toU64', [doubleBits(-0.5)], RM.RMM, 0)).toEqual({ bits: 0n, flags: FFLAG.NV });
  });

  test('exact results raise nothing, and inexact ones raise NX just once or again', () => {
    const [one, three] = [doubleBits(1), doubleBits(3)];
    expect(run('D', 'add', [one, three], RM.RNE, 0)).toEqual({ bits: doubleBits(4), flags: 0 });
    expect(run('D', 'div', [one, three], RM.RNE, 0)).toEqual({ bits: doubleBits(1 / 3), flags: FFLAG.NX });
    expect(run('D', 'div', [one, three], RM.RNE, FFLAG.NX)).toEqual({ bits: doubleBits(1 / 3), flags: FFLAG.NX });
  });
});
