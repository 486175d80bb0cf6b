import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes, GiB, KiB, MiB, parseBytes, TiB } from './units.ts';

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['512B', 512],
    ['64k', 64 * KiB],
    ['64kb', 64 * KiB],
    ['256M', 256 * MiB],
    ['256 MiB', 256 * MiB],
    [' 1G ', GiB],
    ['1.5GiB', 1.5 * GiB],
    ['2t', 2 * TiB],
  ])('%s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'M', '-1M', '1X', '1e9', '0x10', '1M2', '1.', '.5G', '0.3', '99999999T', 'NaN'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseBytes(text)).toThrow(expect.objectContaining({ name: 'InnError', code: 'invalid-size' }));
    },
  );
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [17, '17 B'],
    [1023, '1023 B'],
    [KiB, '1 KiB'],
    [256 * MiB, '256 MiB'],
    [1.5 * GiB, '1.5 GiB'],
    [GiB - 1, '1 GiB'],
    [3 * TiB, '3 TiB'],
  ])('%d', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('stays within half a tenth of the unit, and parses back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const [number, unit] = formatBytes(bytes).split(' ') as [string, string];
        const factor = unit === 'B' ? 1 : parseBytes(`1${unit}`);
        expect(Math.abs(Number(number) * factor - bytes)).toBeLessThanOrEqual(0.05 * factor + 1);
        // At least 1 of the unit, and never 1024 of one that has a larger neighbour.
        if (unit !== 'B') expect(Number(number)).toBeGreaterThanOrEqual(1);
        if (unit !== 'TiB') expect(Number(number)).toBeLessThan(1024);
      }),
    );
  });
});
