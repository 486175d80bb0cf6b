/** Decodes instruction words by the tables. */

import { extract, matches, type Operand } from './encoding.ts';
import type { Compressed, Instruction } from './instruction.ts';
import { COMPRESSED, INSTRUCTIONS } from './table.ts';

/**
 * A decoded instruction; operands that it lacks are 0. Shared between callers.
 * Whether a register number means an integer or a floating-point register follows from `insn.fields`.
 */
export interface Decoded {
  /** For a compressed instruction what it expands to. */
  readonly insn: Instruction;
  readonly compressed: Compressed | undefined;
  /** Bytes. */
  readonly length: 2 | 4;
  /** `rd` or `fd`. */
  readonly rd: number;
  /** `rs1` or `fs1`. */
  readonly rs1: number;
  /** `rs2` or `fs2`. */
  readonly rs2: number;
  /** `fs3`. */
  readonly rs3: number;
  /** Within int32, extended as the encoding says. */
  readonly imm: number;
  readonly uimm: number;
  readonly csr: number;
  readonly rm: number;
}

// biome-ignore format: a table
export const SLOT = {
  rd: 'rd', fd: 'rd', rs1: 'rs1', fs1: 'rs1', rs2: 'rs2', fs2: 'rs2', fs3: 'rs3', imm: 'imm', uimm: 'uimm', csr: 'csr', rm: 'rm',
} as const;

type Operands = Record<(typeof SLOT)[keyof typeof SLOT], number>;

/** Bytes of the instruction that starts with this halfword. Longer ones than 4 bytes do not exist here. */
export function lengthOf(halfword: number): 2 | 4 {
  return (halfword & 3) === 3 ? 4 : 2;
}

/**
 * Decodes a word: its low two bits tell whether 16 or 32 bits count. Undefined if it is no instruction. CSR numbers,
 * rounding modes and privilege are left to execution.
 */
export function decode(word: number): Decoded | undefined {
  if ((word & 3) !== 3) {
    const half = word & 0xffff;
    const known = decodedHalves[half];
    if (known !== undefined) return known ?? undefined;
    const decoded = decodeHalf(half);
    decodedHalves[half] = decoded ?? null;
    return decoded;
  }
  const key = keyOf(word);
  const candidates = buckets[key] ?? fillBucket(key);
  for (let i = 0; i < candidates.length; i++) {
    const insn = candidates[i]!;
    if ((word & insn.mask) >>> 0 === insn.match) return decodeWord(insn, word);
  }
  return undefined;
}

// ---- 32 bits: rows are found by opcode, funct3 and funct7; a bucket is filled when it is first asked for ------------

/** The bits in which rows differ most, as a key of 15 bits. */
function keyOf(word: number): number {
  return ((word >>> 2) & 0x1f) | ((word >>> 7) & 0xe0) | ((word >>> 17) & 0x7f00);
}
const wordOfKey = (key: number): number => ((key & 0x1f) << 2) | ((key & 0xe0) << 7) | ((key & 0x7f00) << 17);
const KEY_BITS = wordOfKey(0x7fff);

/** A specialised row comes before the one it specialises, for it has more fixed bits. */
const fixedBits = (insn: Instruction): number => insn.mask.toString(2).replaceAll('0', '').length;
const MOST_SPECIFIC_FIRST = [...INSTRUCTIONS].sort((a, b) => fixedBits(b) - fixedBits(a));

const buckets: (readonly Instruction[] | undefined)[] = new Array(0x8000);

function fillBucket(key: number): readonly Instruction[] {
  const word = wordOfKey(key);
  const bucket = MOST_SPECIFIC_FIRST.filter((insn) => ((word ^ insn.match) & insn.mask & KEY_BITS) === 0);
  buckets[key] = bucket;
  return bucket;
}

function decodeWord(insn: Instruction, word: number): Decoded {
  const operands: Operands = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, uimm: 0, csr: 0, rm: 0 };
  extractAll(insn.operands, word, operands);
  const { rd, rs1, rs2, rs3, imm, uimm, csr, rm } = operands;
  return { insn, compressed: undefined, length: 4, rd, rs1, rs2, rs3, imm, uimm, csr, rm };
}

function extractAll(from: readonly Operand[], word: number, to: Operands): void {
  for (let i = 0; i < from.length; i++) {
    const operand = from[i]!;
    const { fields } = operand;
    if (fields.length === 0) continue;
    const value = extract(operand, word);
    for (let j = 0; j < fields.length; j++) to[SLOT[fields[j]!]] = value;
  }
}

// ---- 16 bits: every halfword is decoded once -------------------------------------------------------------------------

/** Null: known to be illegal. */
const decodedHalves: (Decoded | null | undefined)[] = new Array(0x10000);

function decodeHalf(half: number): Decoded | undefined {
  const compressed = COMPRESSED.find((row) => matches(row, half));
  if (compressed === undefined) return undefined;
  const operands: Operands = { rd: 0, rs1: 0, rs2: 0, rs3: 0, imm: 0, uimm: 0, csr: 0, rm: 0 };
  extractAll(compressed.operands, half, operands);
  const { rd, rs1, rs2, rs3, imm, uimm, csr, rm } = { ...operands, ...compressed.fixed };
  return { insn: compressed.base, compressed, length: 2, rd, rs1, rs2, rs3, imm, uimm, csr, rm };
}
