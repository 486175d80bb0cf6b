/** Zbc: carry-less multiplication (Unprivileged, chapter "B"). */

import { insn } from './instruction.ts';

// biome-ignore format: a table
export const ZBC = [
  insn('clmul',  '0000101 rs2 rs1 001 rd 0110011', (o, f) => o.setX(f.rd, o.clmul(o.x(f.rs1), o.x(f.rs2)))),
  insn('clmulh', '0000101 rs2 rs1 011 rd 0110011', (o, f) => o.setX(f.rd, o.clmulh(o.x(f.rs1), o.x(f.rs2)))),
  insn('clmulr', '0000101 rs2 rs1 010 rd 0110011', (o, f) => {
    // Bits 63 to 126 of the product.
    const a = o.let(o.x(f.rs1));
    const b = o.let(o.x(f.rs2));
    o.setX(f.rd, o.or(o.shl(o.clmulh(a, b), o.k(1n)), o.shrU(o.clmul(a, b), o.k(63n))));
  }),
];
