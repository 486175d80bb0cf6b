import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GiB, MiB } from '../../../shared/base/units.ts';
import { memorySteps, positionOf } from './scale.ts';

test('four steps between powers of two', () => {
  const steps = memorySteps(160 * MiB, GiB).map((bytes) => bytes / MiB);
  expect(steps).toEqual([160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024]);
});

test('ends are the limits, steps rise, all are whole MiB', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 200_000 }), (low, more) => {
      const steps = memorySteps(low * MiB, (low + more) * MiB);
      expect(steps[0]).toBe(low * MiB);
      expect(steps.at(-1)).toBe((low + more) * MiB);
      for (const [at, bytes] of steps.entries()) {
        expect(bytes % MiB).toBe(0);
        expect(bytes).toBeGreaterThan(steps[at - 1] ?? 0);
        expect(positionOf(bytes, steps)).toBe(at);
      }
    }),
  );
});

test('between two steps, and beyond them', () => {
  const steps = [100, 200, 400];
  expect(positionOf(300, steps)).toBe(1.5);
  expect(positionOf(50, steps)).toBe(0);
  expect(positionOf(500, steps)).toBe(2);
});
