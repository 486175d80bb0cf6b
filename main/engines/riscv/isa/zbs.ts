/** Zbs: single-bit instructions (Unprivileged, chapter "B"). Bit numbers count modulo 64, as shift amounts do. */

import { insn } from './instruction.ts';
import type { Ops } from './ops.ts';

const bit = <V, R>(o: Ops<V, R>, number: V): V => o.shl(o.k(1n), number);
const allBut = <V, R>(o: Ops<V, R>, number: V): V => o.xor(bit(o, number), o.k(-1n));

// biome-ignore format: a table
export const ZBS = [
  insn('bclr',  '0100100 rs2 rs1 001 rd 0110011', (o, f) => o.setX(f.rd, o.and(o.x(f.rs1), allBut(o, o.x(f.rs2))))),
  insn('bset',  '0010100 rs2 rs1 001 rd 0110011', (o, f) => o.setX(f.rd, o.or(o.x(f.rs1), bit(o, o.x(f.rs2))))),
  insn('binv',  '0110100 rs2 rs1 001 rd 0110011', (o, f) => o.setX(f.rd, o.xor(o.x(f.rs1), bit(o, o.x(f.rs2))))),
  insn('bext',  '0100100 rs2 rs1 101 rd 0110011', (o, f) => o.setX(f.rd, o.and(o.shrU(o.x(f.rs1), o.x(f.rs2)), o.k(1n)))),
  insn('bclri', '010010 shamt[5:0] rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.and(o.x(f.rs1), allBut(o, f.imm)))),
  insn('bseti', '001010 shamt[5:0] rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.or(o.x(f.rs1), bit(o, f.imm)))),
  insn('binvi', '011010 shamt[5:0] rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.xor(o.x(f.rs1), bit(o, f.imm)))),
  insn('bexti', '010010 shamt[5:0] rs1 101 rd 0010011', (o, f) => o.setX(f.rd, o.and(o.shrU(o.x(f.rs1), f.imm), o.k(1n)))),
];
