/** Zbb: basic bit manipulation (Unprivileged, chapter "B"). */

import { insn } from './instruction.ts';
import type { Ops, Semantics } from './ops.ts';

const ALL_ONES = -1n;

/** A 32-bit value turned by 1 to 31 places is both of its shifts; by none, one of the shifts is out of the word. */
const rotateWord =
  (direction: 'left' | 'right'): Semantics =>
  (o, f) => {
    const value = o.let(o.zext32(o.x(f.rs1)));
    const amount = o.let(o.and(o.x(f.rs2), o.k(31n)));
    const rest = o.sub(o.k(32n), amount);
    const turned =
      direction === 'left'
        ? o.or(o.shl(value, amount), o.shrU(value, rest))
        : o.or(o.shrU(value, amount), o.shl(value, rest));
    o.setX(f.rd, o.sext32(turned));
  };

/** By 0 to 63 places, for shift amounts count modulo 64. */
function rotateRight<V, R>(o: Ops<V, R>, of: V, by: V): V {
  const value = o.let(of);
  const amount = o.let(by);
  return o.or(o.shrU(value, amount), o.shl(value, o.sub(o.k(0n), amount)));
}

const choose =
  (test: 'ltS' | 'ltU', which: 'min' | 'max'): Semantics =>
  (o, f) => {
    const a = o.let(o.x(f.rs1));
    const b = o.let(o.x(f.rs2));
    o.setX(f.rd, which === 'min' ? o.select(o[test](a, b), a, b) : o.select(o[test](a, b), b, a));
  };

const LOW_7_OF_BYTES = 0x7f7f_7f7f_7f7f_7f7fn;
const LOW_BIT_OF_BYTES = 0x0101_0101_0101_0101n;

/** Every byte becomes 0xff unless it is 0. */
const orCombineBytes: Semantics = (o, f) => {
  const a = o.let(o.x(f.rs1));
  // Bit 7 of each byte: was it set, or does adding 0x7f to the lower bits carry into it?
  const carried = o.or(o.add(o.and(a, o.k(LOW_7_OF_BYTES)), o.k(LOW_7_OF_BYTES)), a);
  const nonzero = o.and(o.shrU(carried, o.k(7n)), o.k(LOW_BIT_OF_BYTES));
  o.setX(f.rd, o.mul(nonzero, o.k(0xffn)));
};

/** Swaps neighbouring groups of `width` bits; `low` selects the lower of each two. */
function swapNeighbours<V, R>(o: Ops<V, R>, v: V, width: bigint, low: bigint): V {
  const a = o.let(v);
  return o.or(o.shl(o.and(a, o.k(low)), o.k(width)), o.and(o.shrU(a, o.k(width)), o.k(low)));
}

const reverseBytes: Semantics = (o, f) => {
  const bytes = swapNeighbours(o, o.x(f.rs1), 8n, 0x00ff_00ff_00ff_00ffn);
  const halves = swapNeighbours(o, bytes, 16n, 0x0000_ffff_0000_ffffn);
  o.setX(f.rd, swapNeighbours(o, halves, 32n, 0xffff_ffffn));
};

// biome-ignore format: a table
export const ZBB = [
  insn('andn',   '0100000 rs2 rs1 111 rd 0110011', (o, f) => o.setX(f.rd, o.and(o.x(f.rs1), o.xor(o.x(f.rs2), o.k(ALL_ONES))))),
  insn('orn',    '0100000 rs2 rs1 110 rd 0110011', (o, f) => o.setX(f.rd, o.or(o.x(f.rs1), o.xor(o.x(f.rs2), o.k(ALL_ONES))))),
  insn('xnor',   '0100000 rs2 rs1 100 rd 0110011', (o, f) => o.setX(f.rd, o.xor(o.x(f.rs1), o.xor(o.x(f.rs2), o.k(ALL_ONES))))),

  insn('clz',    '0110000 00000 rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.clz(o.x(f.rs1)))),
  insn('ctz',    '0110000 00001 rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.ctz(o.x(f.rs1)))),
  insn('cpop',   '0110000 00010 rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.popcnt(o.x(f.rs1)))),
  insn('clzw',   '0110000 00000 rs1 001 rd 0011011', (o, f) => o.setX(f.rd, o.sub(o.clz(o.zext32(o.x(f.rs1))), o.k(32n)))),
  insn('ctzw',   '0110000 00001 rs1 001 rd 0011011', (o, f) => o.setX(f.rd, o.ctz(o.or(o.x(f.rs1), o.k(1n << 32n))))),
  insn('cpopw',  '0110000 00010 rs1 001 rd 0011011', (o, f) => o.setX(f.rd, o.popcnt(o.zext32(o.x(f.rs1))))),

  insn('min',    '0000101 rs2 rs1 100 rd 0110011', choose('ltS', 'min')),
  insn('minu',   '0000101 rs2 rs1 101 rd 0110011', choose('ltU', 'min')),
  insn('max',    '0000101 rs2 rs1 110 rd 0110011', choose('ltS', 'max')),
  insn('maxu',   '0000101 rs2 rs1 111 rd 0110011', choose('ltU', 'max')),

  insn('sext.b', '0110000 00100 rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.sext8(o.x(f.rs1)))),
  insn('sext.h', '0110000 00101 rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.sext16(o.x(f.rs1)))),
  insn('zext.h', '0000100 00000 rs1 100 rd 0111011', (o, f) => o.setX(f.rd, o.and(o.x(f.rs1), o.k(0xffffn)))),

  insn('rol',    '0110000 rs2 rs1 001 rd 0110011', (o, f) => o.setX(f.rd, rotateRight(o, o.x(f.rs1), o.sub(o.k(0n), o.x(f.rs2))))),
  insn('ror',    '0110000 rs2 rs1 101 rd 0110011', (o, f) => o.setX(f.rd, rotateRight(o, o.x(f.rs1), o.x(f.rs2)))),
  insn('rori',   '011000 shamt[5:0] rs1 101 rd 0010011', (o, f) => o.setX(f.rd, rotateRight(o, o.x(f.rs1), f.imm))),
  insn('rolw',   '0110000 rs2 rs1 001 rd 0111011', rotateWord('left')),
  insn('rorw',   '0110000 rs2 rs1 101 rd 0111011', rotateWord('right')),
  insn('roriw',  '0110000 shamt[4:0] rs1 101 rd 0011011', (o, f) => {
    const value = o.let(o.zext32(o.x(f.rs1)));
    const amount = o.let(f.imm);
    o.setX(f.rd, o.sext32(o.or(o.shrU(value, amount), o.shl(value, o.sub(o.k(32n), amount)))));
  }),

  insn('orc.b',  '001010000111 rs1 101 rd 0010011', orCombineBytes),
  insn('rev8',   '011010111000 rs1 101 rd 0010011', reverseBytes),
];
