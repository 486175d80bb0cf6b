import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decoded, decode, lengthOf, SLOT } from './decode.ts';
import { encode } from './encode.ts';
import { extract, type FieldName, matches } from './encoding.ts';
import type { Compressed, Instruction } from './instruction.ts';
import { COMPRESSED, INSTRUCTIONS } from './table.ts';

const anyWord = fc.integer({ min: 0, max: 0xffff_ffff });
/** A word that is `insn`, unless a specialised row takes it. */
const wordOf = (insn: Instruction | Compressed, noise: number): number => ((noise & ~insn.mask) | insn.match) >>> 0;

const operandsOf = ({ rd, rs1, rs2, rs3, imm, uimm, csr, rm }: Decoded) => ({ rd, rs1, rs2, rs3, imm, uimm, csr, rm });
const NO_OPERANDS = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, uimm: 0, csr: 0, rm: 0 };

describe('decode', () => {
  test.each(INSTRUCTIONS.map((insn) => [insn.name, insn] as const))('finds %s', (name, insn) => {
    fc.assert(
      fc.property(anyWord, (noise) => {
        const word = wordOf(insn, noise);
        const decoded = decode(word);
        expect(decoded?.length).toBe(4);
        expect([decoded?.insn.name, decoded?.insn.specialises]).toContain(name);
        for (const operand of insn.operands) {
          for (const field of operand.fields) {
            if (decoded?.insn === insn) expect(decoded[SLOT[field]]).toBe(extract(operand, word));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('leaves operands at 0 that an instruction lacks', () => {
    const ecall = decode(0x73);
    if (ecall === undefined) throw new Error('ecall is legal');
    expect(operandsOf(ecall)).toEqual(NO_OPERANDS);
  });

  test('takes the specialised row before the general one', () => {
    expect(decode(0x0100_000f)?.insn.name).toBe('pause');
    expect(decode(0x8330_000f)?.insn.name).toBe('fence.tso');
    expect(decode(0x0110_000f)?.insn.name).toBe('fence');
  });

  test('agrees with a search through the whole table', () => {
    fc.assert(
      fc.property(anyWord, fc.constantFrom(...INSTRUCTIONS), fc.nat(31), (noise, insn, flip) => {
        // A word near a legal one: one bit differs.
        const word = ((wordOf(insn, noise) ^ (1 << flip)) | 3) >>> 0;
        const found = INSTRUCTIONS.filter((row) => matches(row, word));
        const expected = found.find((row) => found.some((other) => row.specialises === other.name)) ?? found[0];
        expect(decode(word)?.insn.name).toBe(expected?.name);
      }),
      { numRuns: 5000 },
    );
  });

  test('decodes the same word every time', () => {
    for (const word of [0x0000, 0x8082, 0x1141, 0xff010113, 0xffff_ffff]) expect(decode(word)).toEqual(decode(word));
  });

  test('ignores what lies behind a compressed instruction', () => {
    expect(decode(0xdead_8082)).toBe(decode(0x8082));
  });

  test('expands compressed instructions', () => {
    const expansion = (half: number) => {
      const decoded = decode(half);
      return decoded && { name: decoded.insn.name, length: decoded.length, ...operandsOf(decoded) };
    };
    const half = (name: string, values: Partial<Record<FieldName, number>>) => {
      const row = COMPRESSED.find((candidate) => candidate.name === name);
      if (row === undefined) throw new Error(`${name} is in no table`);
      return encode(row, values);
    };
    const expected = (name: string, values: object) => ({ name, length: 2, ...NO_OPERANDS, ...values });

    expect(expansion(half('c.lw', { rd: 9, rs1: 10, imm: 124 }))).toEqual(expected('lw', { rd: 9, rs1: 10, imm: 124 }));
    expect(expansion(half('c.fsdsp', { fs2: 31, imm: 504 }))).toEqual(expected('fsd', { rs1: 2, rs2: 31, imm: 504 }));
    expect(expansion(half('c.j', { imm: -2048 }))).toEqual(expected('jal', { imm: -2048 }));
    expect(expansion(half('c.bnez', { rs1: 15, imm: -256 }))).toEqual(expected('bne', { rs1: 15, imm: -256 }));
    expect(expansion(half('c.jalr', { rs1: 31 }))).toEqual(expected('jalr', { rd: 1, rs1: 31 }));
    expect(expansion(half('c.addi16sp', { imm: -512 }))).toEqual(expected('addi', { rd: 2, rs1: 2, imm: -512 }));
    expect(expansion(half('c.lui', { rd: 31, imm: -131072 }))).toEqual(expected('lui', { rd: 31, imm: -131072 }));
    expect(expansion(half('c.mv', { rd: 5, rs2: 6 }))).toEqual(expected('add', { rd: 5, rs2: 6 }));
  });

  test.each([
    ['all zeros', 0x0000],
    ['c.addi4spn of 0', 0x0004],
    ['quadrant 0, funct3 100 (Zcb)', 0x8000],
    ['c.addiw of x0', 0x2001],
    ['c.addi16sp of 0', 0x6101],
    ['c.lui of 0', 0x6081],
    ['100 1 11 with funct2 10', 0x9c41],
    ['c.lwsp to x0', 0x4002],
    ['c.ldsp to x0', 0x6002],
    ['c.jr of x0', 0x8002],
    ['all ones', 0xffff_ffff],
  ])('calls a reserved encoding illegal: %s', (_, word) => {
    expect(decode(word)).toBeUndefined();
  });
});

describe('encode', () => {
  test('is the inverse of decode', () => {
    fc.assert(
      fc.property(fc.constantFrom(...INSTRUCTIONS, ...COMPRESSED), anyWord, (row, noise) => {
        const word = wordOf(row, row.length === 2 ? noise & 0xffff : noise);
        const decoded = decode(word);
        // A specialised row or an excluded value: not this instruction.
        fc.pre(decoded !== undefined && (decoded.compressed ?? decoded.insn) === row);
        const values = Object.fromEntries(
          row.operands.flatMap(({ fields }) => fields.map((field) => [field, decoded[SLOT[field]]])),
        );
        const again = decode(encode(row, values));
        expect(again && operandsOf(again)).toEqual(operandsOf(decoded));
      }),
      { numRuns: 3000 },
    );
  });

  test('refuses operands that do not fit', () => {
    const [beq] = INSTRUCTIONS.filter(({ name }) => name === 'beq');
    const [lui] = COMPRESSED.filter(({ name }) => name === 'c.lui');
    if (beq === undefined || lui === undefined) throw new Error('beq and c.lui exist');
    expect(() => encode(beq, { imm: 3 })).toThrow(RangeError);
    expect(() => encode(beq, { imm: 4096 })).toThrow(RangeError);
    expect(() => encode(beq, { rs1: 32 })).toThrow(RangeError);
    expect(() => encode(lui, { rd: 2, imm: 4096 })).toThrow(RangeError);
    expect(() => encode(lui, { rd: 1, imm: 0 })).toThrow(RangeError);
  });
});

test('lengthOf tells 16 from 32 bits', () => {
  expect([0, 1, 2, 3].map(lengthOf)).toEqual([2, 2, 2, 4]);
});
