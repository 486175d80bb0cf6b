/**
 * A: atomic instructions (Unprivileged, chapter "A"). aq and rl do not matter: back ends make every one sequentially
 * consistent.
 */

import { insn } from './instruction.ts';

// biome-ignore format: a table
export const A = [
  insn('lr.w',      '00010 aq rl 00000 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.loadReserved(4, o.x(f.rs1))), 'rd, (rs1)'),
  insn('sc.w',      '00011 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.storeConditional(4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoswap.w', '00001 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('swap', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoadd.w',  '00000 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('add', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoxor.w',  '00100 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('xor', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoand.w',  '01100 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('and', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoor.w',   '01000 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('or', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amomin.w',  '10000 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('min', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amomax.w',  '10100 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('max', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amominu.w', '11000 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('minu', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amomaxu.w', '11100 aq rl rs2 rs1 010 rd 0101111', (o, f) => o.setX(f.rd, o.amo('maxu', 4, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),

  insn('lr.d',      '00010 aq rl 00000 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.loadReserved(8, o.x(f.rs1))), 'rd, (rs1)'),
  insn('sc.d',      '00011 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.storeConditional(8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoswap.d', '00001 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('swap', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoadd.d',  '00000 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('add', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoxor.d',  '00100 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('xor', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoand.d',  '01100 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('and', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amoor.d',   '01000 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('or', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amomin.d',  '10000 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('min', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amomax.d',  '10100 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('max', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amominu.d', '11000 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('minu', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
  insn('amomaxu.d', '11100 aq rl rs2 rs1 011 rd 0101111', (o, f) => o.setX(f.rd, o.amo('maxu', 8, o.x(f.rs1), o.x(f.rs2))), 'rd, rs2, (rs1)'),
];
