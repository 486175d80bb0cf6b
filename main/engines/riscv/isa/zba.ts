/** Zba: address generation (Unprivileged, chapter "B"). */

import { insn } from './instruction.ts';

// biome-ignore format: a table
export const ZBA = [
  insn('add.uw',    '0000100 rs2 rs1 000 rd 0111011', (o, f) => o.setX(f.rd, o.add(o.zext32(o.x(f.rs1)), o.x(f.rs2)))),
  insn('sh1add',    '0010000 rs2 rs1 010 rd 0110011', (o, f) => o.setX(f.rd, o.add(o.shl(o.x(f.rs1), o.k(1n)), o.x(f.rs2)))),
  insn('sh2add',    '0010000 rs2 rs1 100 rd 0110011', (o, f) => o.setX(f.rd, o.add(o.shl(o.x(f.rs1), o.k(2n)), o.x(f.rs2)))),
  insn('sh3add',    '0010000 rs2 rs1 110 rd 0110011', (o, f) => o.setX(f.rd, o.add(o.shl(o.x(f.rs1), o.k(3n)), o.x(f.rs2)))),
  insn('sh1add.uw', '0010000 rs2 rs1 010 rd 0111011', (o, f) => o.setX(f.rd, o.add(o.shl(o.zext32(o.x(f.rs1)), o.k(1n)), o.x(f.rs2)))),
  insn('sh2add.uw', '0010000 rs2 rs1 100 rd 0111011', (o, f) => o.setX(f.rd, o.add(o.shl(o.zext32(o.x(f.rs1)), o.k(2n)), o.x(f.rs2)))),
  insn('sh3add.uw', '0010000 rs2 rs1 110 rd 0111011', (o, f) => o.setX(f.rd, o.add(o.shl(o.zext32(o.x(f.rs1)), o.k(3n)), o.x(f.rs2)))),
  insn('slli.uw',   '000010 shamt[5:0] rs1 001 rd 0011011', (o, f) => o.setX(f.rd, o.shl(o.zext32(o.x(f.rs1)), f.imm))),
];
