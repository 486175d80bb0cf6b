import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bytes, pushName, pushSigned32, pushSigned64, pushUnsigned } from './encode.ts';

function encoded(push: (out: Bytes) => void): number[] {
  const out: Bytes = [];
  push(out);
  return out;
}

/** LEB128 as the definition has it: seven bits a byte, the lowest first. */
function decoded(bytes: readonly number[], signed: boolean): bigint {
  const value = bytes.reduce((sum, byte, i) => sum | (BigInt(byte & 0x7f) << BigInt(7 * i)), 0n);
  return signed ? BigInt.asIntN(7 * bytes.length, value) : value;
}

/** All bytes but the last announce another one, and none can be left out. */
function expectShortest(bytes: readonly number[], signed: boolean): void {
  expect(bytes.map((byte) => byte >> 7)).toEqual(bytes.map((_, i) => (i < bytes.length - 1 ? 1 : 0)));
  if (bytes.length > 1) expect(decoded(bytes.slice(0, -1), signed)).not.toBe(decoded(bytes, signed));
}

describe('LEB128', () => {
  test.each([
    [0, [0x00]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    // The example of the DWARF specification
    [624_485, [0xe5, 0x8e, 0x26]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('unsigned %i', (value, bytes) => {
    expect(encoded((out) => pushUnsigned(out, value))).toEqual(bytes);
  });

  test.each([
    [0, [0x00]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123_456, [0xc0, 0xbb, 0x78]],
    [0x7fff_ffff, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-0x8000_0000, [0x80, 0x80, 0x80, 0x80, 0x78]],
    // Constants may be given as unsigned numbers
    [0x8000_0000, [0x80, 0x80, 0x80, 0x80, 0x78]],
    [0xffff_ffff, [0x7f]],
  ])('signed, 32 bits: %i', (value, bytes) => {
    expect(encoded((out) => pushSigned32(out, value))).toEqual(bytes);
  });

  test.each([
    [0n, [0x00]],
    [-1n, [0x7f]],
    [64n, [0xc0, 0x00]],
    [(1n << 63n) - 1n, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00]],
    [-(1n << 63n), [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]],
    [(1n << 64n) - 1n, [0x7f]],
  ])('signed, 64 bits: %i', (value, bytes) => {
    expect(encoded((out) => pushSigned64(out, value))).toEqual(bytes);
  });

  test('any number comes back, from as few bytes as can be', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.bigInt(-(1n << 63n), (1n << 63n) - 1n), (word, long) => {
        const unsigned = encoded((out) => pushUnsigned(out, word));
        expect(decoded(unsigned, false)).toBe(BigInt(word));
        expectShortest(unsigned, false);
        const signed = encoded((out) => pushSigned32(out, word | 0));
        expect(decoded(signed, true)).toBe(BigInt(word | 0));
        expectShortest(signed, true);
        const wide = encoded((out) => pushSigned64(out, long));
        expect(decoded(wide, true)).toBe(long);
        expectShortest(wide, true);
      }),
    );
  });
});

test('a name is its length and its characters', () => {
  expect(encoded((out) => pushName(out, 'host'))).toEqual([4, 0x68, 0x6f, 0x73, 0x74]);
});
