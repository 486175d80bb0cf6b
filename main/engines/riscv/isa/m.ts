/** M: integer multiplication and division (Unprivileged, chapter "M"). Words by zero and overflow follow from 64 bits. */

import { insn } from './instruction.ts';

// biome-ignore format: a table
export const M = [
  insn('mul',    '0000001 rs2 rs1 000 rd 0110011', (o, f) => o.setX(f.rd, o.mul(o.x(f.rs1), o.x(f.rs2)))),
  insn('mulh',   '0000001 rs2 rs1 001 rd 0110011', (o, f) => o.setX(f.rd, o.mulhSS(o.x(f.rs1), o.x(f.rs2)))),
  insn('mulhsu', '0000001 rs2 rs1 010 rd 0110011', (o, f) => o.setX(f.rd, o.mulhSU(o.x(f.rs1), o.x(f.rs2)))),
  insn('mulhu',  '0000001 rs2 rs1 011 rd 0110011', (o, f) => o.setX(f.rd, o.mulhUU(o.x(f.rs1), o.x(f.rs2)))),
  insn('div',    '0000001 rs2 rs1 100 rd 0110011', (o, f) => o.setX(f.rd, o.divS(o.x(f.rs1), o.x(f.rs2)))),
  insn('divu',   '0000001 rs2 rs1 101 rd 0110011', (o, f) => o.setX(f.rd, o.divU(o.x(f.rs1), o.x(f.rs2)))),
  insn('rem',    '0000001 rs2 rs1 110 rd 0110011', (o, f) => o.setX(f.rd, o.remS(o.x(f.rs1), o.x(f.rs2)))),
  insn('remu',   '0000001 rs2 rs1 111 rd 0110011', (o, f) => o.setX(f.rd, o.remU(o.x(f.rs1), o.x(f.rs2)))),
  insn('mulw',   '0000001 rs2 rs1 000 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.mul(o.x(f.rs1), o.x(f.rs2))))),
  insn('divw',   '0000001 rs2 rs1 100 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.divS(o.sext32(o.x(f.rs1)), o.sext32(o.x(f.rs2)))))),
  insn('divuw',  '0000001 rs2 rs1 101 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.divU(o.zext32(o.x(f.rs1)), o.zext32(o.x(f.rs2)))))),
  insn('remw',   '0000001 rs2 rs1 110 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.remS(o.sext32(o.x(f.rs1)), o.sext32(o.x(f.rs2)))))),
  insn('remuw',  '0000001 rs2 rs1 111 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.remU(o.zext32(o.x(f.rs1)), o.zext32(o.x(f.rs2)))))),
];
