/** Zicond: integer conditional operations (Unprivileged, chapter "Zicond"). */

import { insn } from './instruction.ts';

// biome-ignore format: a table
export const ZICOND = [
  insn('czero.eqz', '0000111 rs2 rs1 101 rd 0110011', (o, f) => o.setX(f.rd, o.select(o.eq(o.x(f.rs2), o.k(0n)), o.k(0n), o.x(f.rs1)))),
  insn('czero.nez', '0000111 rs2 rs1 111 rd 0110011', (o, f) => o.setX(f.rd, o.select(o.ne(o.x(f.rs2), o.k(0n)), o.k(0n), o.x(f.rs1)))),
];
