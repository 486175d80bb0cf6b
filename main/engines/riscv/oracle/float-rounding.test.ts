// Correct rounding by its definition: the exact result and the neighbours of what was delivered are compared as plain
// integers, with none of the code under test. It covers all five modes, which the host's arithmetic cannot.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floatBits, floatTriple, narrowingBits } from '../../../../tests/fixtures/float-arbitrary.ts';
import type { FloatResult, Format, RoundingMode } from './float.ts';
import * as float from './float.ts';
import { F32, F64, FFLAG, RM } from './float.ts';

const RUNS = { seed: 0x1eee754, numRuns: 4_000 };
const anyMode = fc.constantFrom<RoundingMode>(RM.RNE, RM.RTZ, RM.RDN, RM.RUP, RM.RMM);

/** Every finite double is a multiple of 2^-UNIT. */
const UNIT = 1074n;

/** The value as a count of 2^-UNIT; infinity continues the scale at 2^(emax + 1), which is what rounding compares with. */
function scaled(fmt: Format, bits: bigint): bigint {
  const frac = BigInt(fmt.sigBits - 1);
  const exp = BigInt.asUintN(fmt.expBits, bits >> frac);
  const sig = BigInt.asUintN(fmt.sigBits - 1, bits) + (exp === 0n ? 0n : 1n << frac);
  const quantum = (exp === 0n ? 1n : exp) - BigInt(2 ** (fmt.expBits - 1) - 1) - frac;
  const magnitude = sig << (quantum + UNIT);
  return bits >> BigInt(fmt.width - 1) === 0n ? magnitude : -magnitude;
}

/** Strips the sign bit. */
const magnitudeBits = (fmt: Format, bits: bigint): bigint => BigInt.asUintN(fmt.width - 1, bits);
const infinityBits = (fmt: Format): bigint => ((1n << BigInt(fmt.expBits)) - 1n) << BigInt(fmt.sigBits - 1);
const finiteBits = (fmt: Format, bits: bigint): boolean => magnitudeBits(fmt, bits) < infinityBits(fmt);
const abs = (v: bigint): bigint => (v < 0n ? -v : v);

/**
 * Asserts that a result is the correct rounding of an exact non-zero value, given only `cmp(x)`: the sign of
 * |exact| - x for a magnitude x counted in 2^-(UNIT + 1) (so that midpoints are integers too).
 */
function expectCorrect(
  fmt: Format,
  { bits, flags }: FloatResult,
  negative: boolean,
  rm: RoundingMode,
  cmp: (x: bigint) => number,
): void {
  expect(bits >> BigInt(fmt.width - 1) === 1n).toBe(negative);
  const mag = magnitudeBits(fmt, bits);
  const at = (m: bigint): bigint => 2n * scaled(fmt, m);
  const side = cmp(at(mag));
  const beyond = mag === infinityBits(fmt) || (mag === infinityBits(fmt) - 1n && cmp(at(mag + 1n)) >= 0);

  if (!beyond) expect((flags & FFLAG.NX) !== 0).toBe(side !== 0);
  expect(flags & (FFLAG.DZ | FFLAG.NV)).toBe(0);
  if (flags & (FFLAG.OF | FFLAG.UF)) expect(flags & FFLAG.NX).toBe(FFLAG.NX);
  // UF needs a result of at most the smallest normal number; below that, whatever is inexact underflows.
  const minNormal = 1n << BigInt(fmt.sigBits - 1);
  if (flags & FFLAG.UF) expect(mag <= minNormal).toBe(true);
  if (mag < minNormal) expect((flags & FFLAG.UF) !== 0).toBe(side !== 0);
  if (flags & FFLAG.OF) expect(mag >= infinityBits(fmt) - 1n).toBe(true);
  if (mag === infinityBits(fmt)) expect(flags).toBe(FFLAG.OF | FFLAG.NX);

  const shrinks = rm === RM.RTZ || (rm === RM.RDN && !negative) || (rm === RM.RUP && negative);
  const grows = (rm === RM.RUP && !negative) || (rm === RM.RDN && negative);
  if (shrinks) {
    // The largest representable magnitude not above the exact one.
    expect(side).toBeGreaterThanOrEqual(0);
    if (mag < infinityBits(fmt) - 1n) expect(cmp(at(mag + 1n))).toBeLessThan(0);
  } else if (grows) {
    if (mag !== infinityBits(fmt)) expect(side).toBeLessThanOrEqual(0);
    if (mag > 0n) expect(cmp(at(mag - 1n))).toBeGreaterThan(0);
  } else {
    // Nearest: between the two midpoints; a tie goes to even, or with RMM to the larger magnitude.
    const even = (mag & 1n) === 0n;
    if (mag !== infinityBits(fmt)) {
      const up = cmp((at(mag) + at(mag + 1n)) / 2n);
      expect(up < 0 || (up === 0 && rm === RM.RNE && even)).toBe(true);
    }
    if (mag > 0n) {
      const down = cmp((at(mag - 1n) + at(mag)) / 2n);
      expect(down > 0 || (down === 0 && (rm === RM.RMM || even))).toBe(true);
    }
  }
}

const sign = (v: bigint): number => (v < 0n ? -1 : v > 0n ? 1 : 0);

describe.each([
  ['single', F32],
  ['double', F64],
] as [string, Format][])('%s precision is correctly rounded in every mode', (_, fmt) => {
  const finite = (...operands: bigint[]): boolean => operands.every((o) => finiteBits(fmt, o));

  test('add and sub', () => {
    fc.assert(
      fc.property(floatTriple(fmt), anyMode, ({ a, b }, rm) => {
        fc.pre(finite(a, b));
        for (const [op, direction] of [
          [float.add, 1n],
          [float.sub, -1n],
        ] as const) {
          const sum = scaled(fmt, a) + direction * scaled(fmt, b);
          if (sum !== 0n) expectCorrect(fmt, op(fmt, a, b, rm), sum < 0n, rm, (x) => sign(2n * abs(sum) - x));
        }
      }),
      RUNS,
    );
  });

  test('mul and fma', () => {
    fc.assert(
      fc.property(floatTriple(fmt), anyMode, ({ a, b, c }, rm) => {
        fc.pre(finite(a, b, c));
        const product = scaled(fmt, a) * scaled(fmt, b);
        if (product !== 0n) {
          expectCorrect(fmt, float.mul(fmt, a, b, rm), product < 0n, rm, (x) => sign(2n * abs(product) - (x << UNIT)));
        }
        const sum = product + (scaled(fmt, c) << UNIT);
        if (sum !== 0n) {
          expectCorrect(fmt, float.fma(fmt, a, b, c, rm), sum < 0n, rm, (x) => sign(2n * abs(sum) - (x << UNIT)));
        }
      }),
      RUNS,
    );
  });

  test('div', () => {
    fc.assert(
      fc.property(floatTriple(fmt), anyMode, ({ a, b }, rm) => {
        const [x, y] = [scaled(fmt, a), scaled(fmt, b)];
        fc.pre(finite(a, b) && x !== 0n && y !== 0n);
        const exceeds = (q: bigint): number => sign(((2n * abs(x)) << UNIT) - q * abs(y));
        expectCorrect(fmt, float.div(fmt, a, b, rm), x < 0n !== y < 0n, rm, exceeds);
      }),
      RUNS,
    );
  });

  test('sqrt', () => {
    fc.assert(
      fc.property(floatBits(fmt), anyMode, (bits, rm) => {
        const a = magnitudeBits(fmt, bits);
        fc.pre(finite(a) && a !== 0n);
        // (r / 2^(UNIT + 1))^2 against x / 2^UNIT
        const radicand = scaled(fmt, a) << (UNIT + 2n);
        expectCorrect(fmt, float.sqrt(fmt, a, rm), false, rm, (r) => sign(radicand - r * r));
      }),
      RUNS,
    );
  });

  test('fma contains the others: 1 * a + b is a + b, and a * b + -0 or +0 is a * b', () => {
    const one = BigInt(2 ** (fmt.expBits - 1) - 1) << BigInt(fmt.sigBits - 1);
    fc.assert(
      fc.property(floatTriple(fmt), anyMode, ({ a, b }, rm) => {
        expect(float.fma(fmt, one, a, b, rm)).toEqual(float.add(fmt, a, b, rm));
        const signBit = 1n << BigInt(fmt.width - 1);
        expect(float.fma(fmt, a, b, (a ^ b) & signBit, rm)).toEqual(float.mul(fmt, a, b, rm));
      }),
      RUNS,
    );
  });
});

test('narrowing is correctly rounded in every mode', () => {
  fc.assert(
    fc.property(fc.oneof(floatBits(F64), narrowingBits()), anyMode, (a, rm) => {
      const x = finiteBits(F64, a) ? scaled(F64, a) : 0n;
      fc.pre(x !== 0n);
      expectCorrect(F32, float.convert(F64, F32, a, rm), x < 0n, rm, (m) => sign(2n * abs(x) - m));
    }),
    RUNS,
  );
});
