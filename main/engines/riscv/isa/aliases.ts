/** Other names that assemblers give to instructions with certain operands (Assembly Programmer's Manual, "Pseudoinstructions"). */

import { CSR } from './csr.ts';

type Slot = 'rd' | 'rs1' | 'rs2' | 'imm' | 'csr';

export interface Alias {
  readonly name: string;
  readonly base: string;
  /** The operands that make it apply. */
  readonly when: readonly (readonly [Slot, number])[];
  readonly syntax: string;
}

const alias = (name: string, base: string, when: Partial<Record<Slot, number>>, syntax: string): Alias => ({
  name,
  base,
  when: Object.entries(when) as [Slot, number][],
  syntax,
});

const ZERO = 0;
const RA = 1;

// Of several that apply the first counts.
// biome-ignore format: a table
const LIST: readonly Alias[] = [
  alias('nop',     'addi',   { rd: ZERO, rs1: ZERO, imm: 0 }, ''),
  alias('li',      'addi',   { rs1: ZERO }, 'rd, imm'),
  alias('mv',      'addi',   { imm: 0 }, 'rd, rs1'),
  alias('mv',      'add',    { rs1: ZERO }, 'rd, rs2'),
  alias('sext.w',  'addiw',  { imm: 0 }, 'rd, rs1'),
  alias('zext.w',  'add.uw', { rs2: ZERO }, 'rd, rs1'),
  alias('zext.b',  'andi',   { imm: 255 }, 'rd, rs1'),
  alias('not',     'xori',   { imm: -1 }, 'rd, rs1'),
  alias('neg',     'sub',    { rs1: ZERO }, 'rd, rs2'),
  alias('negw',    'subw',   { rs1: ZERO }, 'rd, rs2'),
  alias('seqz',    'sltiu',  { imm: 1 }, 'rd, rs1'),
  alias('snez',    'sltu',   { rs1: ZERO }, 'rd, rs2'),
  alias('sltz',    'slt',    { rs2: ZERO }, 'rd, rs1'),
  alias('sgtz',    'slt',    { rs1: ZERO }, 'rd, rs2'),

  alias('beqz',    'beq',    { rs2: ZERO }, 'rs1, pc+imm'),
  alias('bnez',    'bne',    { rs2: ZERO }, 'rs1, pc+imm'),
  alias('blez',    'bge',    { rs1: ZERO }, 'rs2, pc+imm'),
  alias('bgez',    'bge',    { rs2: ZERO }, 'rs1, pc+imm'),
  alias('bltz',    'blt',    { rs2: ZERO }, 'rs1, pc+imm'),
  alias('bgtz',    'blt',    { rs1: ZERO }, 'rs2, pc+imm'),

  alias('j',       'jal',    { rd: ZERO }, 'pc+imm'),
  alias('jal',     'jal',    { rd: RA }, 'pc+imm'),
  alias('ret',     'jalr',   { rd: ZERO, rs1: RA, imm: 0 }, ''),
  alias('jr',      'jalr',   { rd: ZERO, imm: 0 }, 'rs1'),
  alias('jr',      'jalr',   { rd: ZERO }, 'imm(rs1)'),
  alias('jalr',    'jalr',   { rd: RA, imm: 0 }, 'rs1'),
  alias('jalr',    'jalr',   { rd: RA }, 'imm(rs1)'),

  alias('rdcycle', 'csrrs',  { rs1: ZERO, csr: CSR.cycle }, 'rd'),
  alias('rdtime',  'csrrs',  { rs1: ZERO, csr: CSR.time }, 'rd'),
  alias('rdinstret', 'csrrs', { rs1: ZERO, csr: CSR.instret }, 'rd'),
  alias('csrr',    'csrrs',  { rs1: ZERO }, 'rd, csr'),
  alias('csrw',    'csrrw',  { rd: ZERO }, 'csr, rs1'),
  alias('csrs',    'csrrs',  { rd: ZERO }, 'csr, rs1'),
  alias('csrc',    'csrrc',  { rd: ZERO }, 'csr, rs1'),
  alias('csrwi',   'csrrwi', { rd: ZERO }, 'csr, uimm'),
  alias('csrsi',   'csrrsi', { rd: ZERO }, 'csr, uimm'),
  alias('csrci',   'csrrci', { rd: ZERO }, 'csr, uimm'),
];

/** The aliases by the instruction that they rename. */
export const ALIASES: ReadonlyMap<string, readonly Alias[]> = Map.groupBy(LIST, ({ base }) => base);
