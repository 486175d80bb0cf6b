import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extract, matches, parseEncoding } from './encoding.ts';

const operandOf = (pattern: string, name: string) => {
  const operand = parseEncoding(pattern).operands.find((candidate) => candidate.name === name);
  if (operand === undefined) throw new Error(`${name} is not in ${pattern}`);
  return operand;
};

describe('parseEncoding', () => {
  test('fixed bits become mask and match', () => {
    const { length, mask, match } = parseEncoding('0100000 rs2 rs1 101 rd 0110011');
    expect({ length, mask, match }).toEqual({ length: 4, mask: 0xfe00707f, match: 0x40005033 });
  });

  test('an operand in pieces has one entry', () => {
    const { operands } = parseEncoding('imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011');
    expect(operands.map(({ name }) => name)).toEqual(['imm', 'rs2', 'rs1']);
    expect(operands[0]?.pieces).toEqual([
      { from: 31, width: 1, to: 12 },
      { from: 25, width: 6, to: 5 },
      { from: 8, width: 4, to: 1 },
      { from: 7, width: 1, to: 11 },
    ]);
  });

  test('a primed register counts from x8, and rd/rs1 is both', () => {
    const both = operandOf("100 0 11 rd'/rs1' 00 rs2' 01", "rd'/rs1'");
    expect(both.fields).toEqual(['rd', 'rs1']);
    expect(extract(both, 0b100_0_11_101_00_000_01)).toBe(13);
  });

  test.each(['0000000 rs2 rs1 000 rd 011001', '0000000 rs2 rs1 000 r? 0110011', ''])('refuses "%s"', (pattern) => {
    expect(() => parseEncoding(pattern)).toThrow();
  });
});

describe('extract', () => {
  test('imm is sign-extended from its highest bit, shamt is not', () => {
    expect(extract(operandOf('imm[11:0] rs1 000 rd 0010011', 'imm'), 0xfff00013)).toBe(-1);
    expect(extract(operandOf('000000 shamt[5:0] rs1 001 rd 0010011', 'shamt'), 0x03f01013)).toBe(63);
    expect(extract(operandOf('imm[31:12] rd 0110111', 'imm'), 0x800000b7)).toBe(-0x8000_0000);
  });

  test('puts every bit of a branch offset where the specification says', () => {
    const imm = operandOf('imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011', 'imm');
    fc.assert(
      fc.property(fc.integer({ min: -2048, max: 2047 }), (half) => {
        const offset = half * 2;
        const word =
          (((offset >> 12) & 1) << 31) |
          (((offset >> 5) & 0x3f) << 25) |
          (((offset >> 1) & 0xf) << 8) |
          (((offset >> 11) & 1) << 7);
        expect(extract(imm, word >>> 0)).toBe(offset);
      }),
    );
  });
});

describe('matches', () => {
  test('respects excluded values', () => {
    const lui = parseEncoding('011 nzimm[17] rd≠{0,2} nzimm[16:12] 01');
    expect(matches(lui, 0b011_0_00001_00001_01)).toBe(true);
    expect(matches(lui, 0b011_0_00001_00000_01)).toBe(false);
    expect(matches(lui, 0b011_0_00010_00001_01)).toBe(false);
    expect(matches(lui, 0b011_0_00000_00001_01)).toBe(false);
  });
});
