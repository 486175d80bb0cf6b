/**
 * F: single-precision floating point (Unprivileged, chapter "F"). Operands are unboxed by `f32`, results boxed by
 * `setF32`; loads, stores and FMV move raw bits. Where rounding cannot matter but the encoding has rm, a reserved
 * rounding mode is illegal all the same.
 */

import { insn } from './instruction.ts';
import type { FloatOp, Semantics } from './ops.ts';

const SIGN = 0x8000_0000n;
const MAGNITUDE = 0x7fff_ffffn;
/** For operations that do not round. */
const ANY_RM = 0n;

/** fd = op(fs1), rounded. */
const unary =
  (op: FloatOp): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    o.setF32(f.fd, o.float(op, 'S', [o.f32(f.fs1)], rm));
  };

/** fd = op(fs1, fs2), rounded. */
const binary =
  (op: FloatOp): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    o.setF32(f.fd, o.float(op, 'S', [o.f32(f.fs1), o.f32(f.fs2)], rm));
  };

/** fd = ±(fs1 × fs2) ± fs3, rounded once. A flipped sign shows in no NaN, for a NaN result is the canonical one. */
const fused =
  (negateProduct: boolean, negateAddend: boolean): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    const factor = negateProduct ? o.xor(o.f32(f.fs1), o.k(SIGN)) : o.f32(f.fs1);
    const addend = negateAddend ? o.xor(o.f32(f.fs3), o.k(SIGN)) : o.f32(f.fs3);
    o.setF32(f.fd, o.float('fma', 'S', [factor, o.f32(f.fs2), addend], rm));
  };

/** fd = op(fs1, fs2), exact. */
const choose =
  (op: 'min' | 'max'): Semantics =>
  (o, f) =>
    o.setF32(f.fd, o.float(op, 'S', [o.f32(f.fs1), o.f32(f.fs2)], o.k(ANY_RM)));

/** rd = fs1 op fs2. */
const compare =
  (op: 'eq' | 'lt' | 'le'): Semantics =>
  (o, f) =>
    o.setX(f.rd, o.float(op, 'S', [o.f32(f.fs1), o.f32(f.fs2)], o.k(ANY_RM)));

/** rd = integer(fs1), rounded. */
const toInteger =
  (op: 'toI32' | 'toU32' | 'toI64' | 'toU64'): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    o.setX(f.rd, o.float(op, 'S', [o.f32(f.fs1)], rm));
  };

/** fd = float(rs1), rounded. The operation reads the low 32 or all 64 bits, signed or not. */
const fromInteger =
  (op: 'fromI32' | 'fromU32' | 'fromI64' | 'fromU64'): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    const value = op === 'fromI32' ? o.sext32(o.x(f.rs1)) : op === 'fromU32' ? o.zext32(o.x(f.rs1)) : o.x(f.rs1);
    o.setF32(f.fd, o.float(op, 'S', [value], rm));
  };

// biome-ignore format: a table
export const F = [
  insn('flw',        'imm[11:0] rs1 010 fd 0000111', (o, f) => o.setF32(f.fd, o.load(4, false, o.add(o.x(f.rs1), f.imm))), 'fd, imm(rs1)'),
  insn('fsw',        'imm[11:5] fs2 rs1 010 imm[4:0] 0100111', (o, f) => o.store(4, o.add(o.x(f.rs1), f.imm), o.f64(f.fs2)), 'fs2, imm(rs1)'),
  insn('fmadd.s',    'fs3 00 fs2 fs1 rm fd 1000011', fused(false, false)),
  insn('fmsub.s',    'fs3 00 fs2 fs1 rm fd 1000111', fused(false, true)),
  insn('fnmsub.s',   'fs3 00 fs2 fs1 rm fd 1001011', fused(true, false)),
  insn('fnmadd.s',   'fs3 00 fs2 fs1 rm fd 1001111', fused(true, true)),
  insn('fadd.s',     '0000000 fs2 fs1 rm fd 1010011', binary('add')),
  insn('fsub.s',     '0000100 fs2 fs1 rm fd 1010011', binary('sub')),
  insn('fmul.s',     '0001000 fs2 fs1 rm fd 1010011', binary('mul')),
  insn('fdiv.s',     '0001100 fs2 fs1 rm fd 1010011', binary('div')),
  insn('fsqrt.s',    '0101100 00000 fs1 rm fd 1010011', unary('sqrt')),
  insn('fsgnj.s',    '0010000 fs2 fs1 000 fd 1010011', (o, f) => o.setF32(f.fd, o.or(o.and(o.f32(f.fs1), o.k(MAGNITUDE)), o.and(o.f32(f.fs2), o.k(SIGN))))),
  insn('fsgnjn.s',   '0010000 fs2 fs1 001 fd 1010011', (o, f) => o.setF32(f.fd, o.or(o.and(o.f32(f.fs1), o.k(MAGNITUDE)), o.xor(o.and(o.f32(f.fs2), o.k(SIGN)), o.k(SIGN))))),
  insn('fsgnjx.s',   '0010000 fs2 fs1 010 fd 1010011', (o, f) => o.setF32(f.fd, o.xor(o.f32(f.fs1), o.and(o.f32(f.fs2), o.k(SIGN))))),
  insn('fmin.s',     '0010100 fs2 fs1 000 fd 1010011', choose('min')),
  insn('fmax.s',     '0010100 fs2 fs1 001 fd 1010011', choose('max')),
  insn('feq.s',      '1010000 fs2 fs1 010 rd 1010011', compare('eq')),
  insn('flt.s',      '1010000 fs2 fs1 001 rd 1010011', compare('lt')),
  insn('fle.s',      '1010000 fs2 fs1 000 rd 1010011', compare('le')),
  insn('fclass.s',   '1110000 00000 fs1 001 rd 1010011', (o, f) => o.setX(f.rd, o.float('class', 'S', [o.f32(f.fs1)], o.k(ANY_RM)))),
  insn('fcvt.w.s',   '1100000 00000 fs1 rm rd 1010011', toInteger('toI32')),
  insn('fcvt.wu.s',  '1100000 00001 fs1 rm rd 1010011', toInteger('toU32')),
  insn('fcvt.l.s',   '1100000 00010 fs1 rm rd 1010011', toInteger('toI64')),
  insn('fcvt.lu.s',  '1100000 00011 fs1 rm rd 1010011', toInteger('toU64')),
  insn('fcvt.s.w',   '1101000 00000 rs1 rm fd 1010011', fromInteger('fromI32')),
  insn('fcvt.s.wu',  '1101000 00001 rs1 rm fd 1010011', fromInteger('fromU32')),
  insn('fcvt.s.l',   '1101000 00010 rs1 rm fd 1010011', fromInteger('fromI64')),
  insn('fcvt.s.lu',  '1101000 00011 rs1 rm fd 1010011', fromInteger('fromU64')),
  insn('fmv.x.w',    '1110000 00000 fs1 000 rd 1010011', (o, f) => o.setX(f.rd, o.sext32(o.f64(f.fs1)))),
  insn('fmv.w.x',    '1111000 00000 rs1 000 fd 1010011', (o, f) => o.setF32(f.fd, o.x(f.rs1))),
];
