/**
 * C on RV64 with D: compressed instructions, Zca and Zcd (Unprivileged, chapter "C"). Each expands to a row of another
 * table. Encodings that the specification reserves are absent, hence illegal; HINTs expand to what has no effect.
 */

import { expand } from './instruction.ts';

const ZERO = 0;
const RA = 1;
const SP = 2;

// biome-ignore format: a table
export const ZCA = [
  // Quadrant 0
  expand('c.addi4spn', "000 nzuimm[5:4|9:6|2|3] rd' 00", 'addi', { rs1: SP }, "rd', sp, nzuimm"),
  expand('c.lw',       "010 uimm[5:3] rs1' uimm[2|6] rd' 00", 'lw', {}, "rd', uimm(rs1')"),
  expand('c.ld',       "011 uimm[5:3] rs1' uimm[7:6] rd' 00", 'ld', {}, "rd', uimm(rs1')"),
  expand('c.sw',       "110 uimm[5:3] rs1' uimm[2|6] rs2' 00", 'sw', {}, "rs2', uimm(rs1')"),
  expand('c.sd',       "111 uimm[5:3] rs1' uimm[7:6] rs2' 00", 'sd', {}, "rs2', uimm(rs1')"),

  // Quadrant 1
  expand('c.nop',      '000 imm[5] 00000 imm[4:0] 01', 'addi', { rd: ZERO, rs1: ZERO }),
  expand('c.addi',     '000 imm[5] rd/rs1≠0 imm[4:0] 01', 'addi'),
  expand('c.addiw',    '001 imm[5] rd/rs1≠0 imm[4:0] 01', 'addiw'),
  expand('c.li',       '010 imm[5] rd imm[4:0] 01', 'addi', { rs1: ZERO }),
  expand('c.addi16sp', '011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01', 'addi', { rd: SP, rs1: SP }, 'sp, nzimm'),
  expand('c.lui',      '011 nzimm[17] rd≠2 nzimm[16:12] 01', 'lui', {}, 'rd, hi(nzimm)'),
  expand('c.srli',     "100 shamt[5] 00 rd'/rs1' shamt[4:0] 01", 'srli'),
  expand('c.srai',     "100 shamt[5] 01 rd'/rs1' shamt[4:0] 01", 'srai'),
  expand('c.andi',     "100 imm[5] 10 rd'/rs1' imm[4:0] 01", 'andi'),
  expand('c.sub',      "100 0 11 rd'/rs1' 00 rs2' 01", 'sub'),
  expand('c.xor',      "100 0 11 rd'/rs1' 01 rs2' 01", 'xor'),
  expand('c.or',       "100 0 11 rd'/rs1' 10 rs2' 01", 'or'),
  expand('c.and',      "100 0 11 rd'/rs1' 11 rs2' 01", 'and'),
  expand('c.subw',     "100 1 11 rd'/rs1' 00 rs2' 01", 'subw'),
  expand('c.addw',     "100 1 11 rd'/rs1' 01 rs2' 01", 'addw'),
  expand('c.j',        '101 imm[11|4|9:8|10|6|7|3:1|5] 01', 'jal', { rd: ZERO }, 'pc+imm'),
  expand('c.beqz',     "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", 'beq', { rs2: ZERO }, "rs1', pc+imm"),
  expand('c.bnez',     "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", 'bne', { rs2: ZERO }, "rs1', pc+imm"),

  // Quadrant 2
  expand('c.slli',     '000 shamt[5] rd/rs1 shamt[4:0] 10', 'slli'),
  expand('c.lwsp',     '010 uimm[5] rd≠0 uimm[4:2|7:6] 10', 'lw', { rs1: SP }, 'rd, uimm(sp)'),
  expand('c.ldsp',     '011 uimm[5] rd≠0 uimm[4:3|8:6] 10', 'ld', { rs1: SP }, 'rd, uimm(sp)'),
  expand('c.jr',       '1000 rs1≠0 00000 10', 'jalr', { rd: ZERO, imm: 0 }),
  expand('c.mv',       '1000 rd rs2≠0 10', 'add', { rs1: ZERO }),
  expand('c.ebreak',   '1001 00000 00000 10', 'ebreak'),
  expand('c.jalr',     '1001 rs1≠0 00000 10', 'jalr', { rd: RA, imm: 0 }),
  expand('c.add',      '1001 rd/rs1 rs2≠0 10', 'add'),
  expand('c.swsp',     '110 uimm[5:2|7:6] rs2 10', 'sw', { rs1: SP }, 'rs2, uimm(sp)'),
  expand('c.sdsp',     '111 uimm[5:3|8:6] rs2 10', 'sd', { rs1: SP }, 'rs2, uimm(sp)'),
];

// biome-ignore format: a table
export const ZCD = [
  expand('c.fld',      "001 uimm[5:3] rs1' uimm[7:6] fd' 00", 'fld', {}, "fd', uimm(rs1')"),
  expand('c.fsd',      "101 uimm[5:3] rs1' uimm[7:6] fs2' 00", 'fsd', {}, "fs2', uimm(rs1')"),
  expand('c.fldsp',    '001 uimm[5] fd uimm[4:3|8:6] 10', 'fld', { rs1: SP }, 'fd, uimm(sp)'),
  expand('c.fsdsp',    '101 uimm[5:3|8:6] fs2 10', 'fsd', { rs1: SP }, 'fs2, uimm(sp)'),
];
