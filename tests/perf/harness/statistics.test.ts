import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, spreadPercent, summarise } from './statistics.ts';

const measurements = fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 });

describe('median', () => {
  it.each([
    [[3], 3],
    [[5, 1], 3],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('has as many values below as above', () => {
    fc.assert(
      fc.property(measurements, (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it('refuses nothing', () => {
    expect(() => median([])).toThrow('median of nothing');
  });
});

describe('summarise', () => {
  it('keeps the order of the runs and does not touch its argument', () => {
    const values = [3, 1, 2];
    expect(summarise(values)).toEqual({ median: 2, min: 1, max: 3, values: [3, 1, 2] });
    expect(values).toEqual([3, 1, 2]);
  });

  it.each([[[1, Number.NaN]], [[Number.POSITIVE_INFINITY]]])('refuses %j', (values) => {
    expect(() => summarise(values)).toThrow('Not a measurement');
  });
});

describe('spreadPercent', () => {
  it('is the range as a share of the median', () => {
    expect(spreadPercent(summarise([90, 100, 120]))).toBeCloseTo(30);
    expect(spreadPercent(summarise([7]))).toBe(0);
    expect(spreadPercent(summarise([0, 0]))).toBe(0);
  });

  it('does not change with the unit', () => {
    fc.assert(
      fc.property(measurements, (values) => {
        const scaled = spreadPercent(summarise(values.map((value) => value * 1024)));
        expect(scaled).toBeCloseTo(spreadPercent(summarise(values)), 6);
      }),
    );
  });
});
