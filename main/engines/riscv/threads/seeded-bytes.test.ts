import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededBytes } from './seeded-bytes.ts';

function bytesOf(seed: number, ...sizes: readonly number[]): number[] {
  const fill = seededBytes(seed);
  return sizes.flatMap((size) => {
    const into = new Uint8Array(size);
    fill(into);
    return [...into];
  });
}

test('the same seed gives the same bytes, however they are asked for', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.nat(40), { maxLength: 8 }), (seed, sizes) => {
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(bytesOf(seed, ...sizes)).toEqual(bytesOf(seed, total));
    }),
  );
});

test('other seeds give other bytes', () => {
  const starts = new Set(Array.from({ length: 1000 }, (_, seed) => String(bytesOf(seed + 1, 16))));
  expect(starts.size).toBe(1000);
});

test('a seed of 0 gives bytes too', () => {
  expect(new Set(bytesOf(0, 64)).size).toBeGreaterThan(30);
});

test('all values come about equally often', () => {
  const counts = new Array<number>(256).fill(0);
  for (const byte of bytesOf(7, 256 * 1000)) counts[byte] = (counts[byte] ?? 0) + 1;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});
