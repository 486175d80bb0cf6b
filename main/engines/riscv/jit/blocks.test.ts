import { describe, expect, test } from 'vitest';
import { addi, asm, ECALL } from '../../../../tests/fixtures/assemble.ts';
import { PAGE_SIZE } from '../memory/layout.ts';
import { findBlocks, type PageCode } from './blocks.ts';

const PLENTY = 1000;
const jump = (imm: number, rd = 0) => asm('jal', { rd, imm });
const RET = asm('jalr', { rs1: 1 });

/** A page with these instructions, 4 bytes each, from `at` on; all of it has been executed. */
function page(words: readonly number[], at = 0): PageCode {
  const bytes = new Uint8Array(PAGE_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(at + 4 * i, word, true);
  return { bytes, executed: new Uint8Array(PAGE_SIZE / 2).fill(1) };
}

const shape = (code: PageCode, root = 0, budget = PLENTY) => {
  const { blocks } = findBlocks(code, root, budget);
  return { blocks: [...blocks].map(([offset, { insns, end }]) => [offset, insns.length, end]) };
};

describe('findBlocks', () => {
  test('ends a block at a branch, and begins one at both its targets', () => {
    const { blocks } = shape(page([addi(1, 1, 1), asm('bne', { rs1: 1, rs2: 2, imm: -4 }), ECALL]));
    expect(blocks).toEqual([
      [0, 2, { kind: 'branch', taken: 0, next: 8 }],
      [8, 0, { kind: 'interpret', at: 8 }],
    ]);
  });

  test('cuts a block in two where something jumps into it', () => {
    const { blocks } = shape(page([addi(1, 1, 1), addi(2, 2, 1), asm('bne', { rs1: 1, rs2: 2, imm: -4 }), jump(-12)]));
    expect(blocks.map(([offset]) => offset)).toEqual([0, 4, 12]);
    expect(blocks[0]).toEqual([0, 1, { kind: 'fall', next: 4 }]);
  });

  test('ends with a call', () => {
    const { blocks } = shape(page([addi(1, 1, 1), jump(8, 1), RET, addi(1, 1, 1), RET]));
    expect(blocks).toEqual([[0, 2, { kind: 'jump', target: 12 }]]);
  });

  test('leaves out what has not been executed', () => {
    const code = page([asm('beq', { rs1: 1, rs2: 2, imm: 8 }), addi(1, 1, 1), ECALL]);
    code.executed.fill(0, 2);
    expect(shape(code).blocks).toEqual([[0, 1, { kind: 'branch', taken: 8, next: 4 }]]);
  });

  test('stops at an instruction that lies across the end of the page, and goes on behind one that ends with it', () => {
    const across = shape(page([addi(1, 1, 1)], PAGE_SIZE - 6), PAGE_SIZE - 6).blocks;
    expect(across[0]![2]).toMatchObject({ kind: 'interpret' });
    const flush = shape(page([addi(1, 1, 1)], PAGE_SIZE - 4), PAGE_SIZE - 4).blocks;
    expect(flush).toEqual([[PAGE_SIZE - 4, 1, { kind: 'fall', next: PAGE_SIZE }]]);
  });

  test('leaves what is no instruction, and a reserved rounding mode, to the interpreter', () => {
    expect(shape(page([addi(1, 1, 1), 0xffff_ffff])).blocks[0]![2]).toEqual({ kind: 'interpret', at: 4 });
    const reserved = asm('fadd.d', { fd: 1, fs1: 1, fs2: 1, rm: 5 });
    expect(shape(page([reserved])).blocks).toEqual([[0, 0, { kind: 'interpret', at: 0 }]]);
  });

  test('keeps to its budget, and no block is too long for the fuel', () => {
    const long = page(Array.from({ length: 1000 }, () => addi(1, 1, 1)));
    const { blocks } = shape(long, 0, 100);
    const lengths = blocks.map(([, length]) => length as number);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(64);
    expect(lengths.reduce((a, b) => a + b)).toBeLessThan(200);
  });
});
