/** D: double-precision floating point (Unprivileged, chapter "D"). What is said in `f.ts` holds here too. */

import { insn } from './instruction.ts';
import type { FloatOp, Semantics } from './ops.ts';

const SIGN = 0x8000_0000_0000_0000n;
const MAGNITUDE = 0x7fff_ffff_ffff_ffffn;
/** For operations that do not round. */
const ANY_RM = 0n;

/** fd = op(fs1), rounded. */
const unary =
  (op: FloatOp): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    o.setF64(f.fd, o.float(op, 'D', [o.f64(f.fs1)], rm));
  };

/** fd = op(fs1, fs2), rounded. */
const binary =
  (op: FloatOp): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    o.setF64(f.fd, o.float(op, 'D', [o.f64(f.fs1), o.f64(f.fs2)], rm));
  };

/** fd = ±(fs1 × fs2) ± fs3, rounded once. A flipped sign shows in no NaN, for a NaN result is the canonical one. */
const fused =
  (negateProduct: boolean, negateAddend: boolean): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    const factor = negateProduct ? o.xor(o.f64(f.fs1), o.k(SIGN)) : o.f64(f.fs1);
    const addend = negateAddend ? o.xor(o.f64(f.fs3), o.k(SIGN)) : o.f64(f.fs3);
    o.setF64(f.fd, o.float('fma', 'D', [factor, o.f64(f.fs2), addend], rm));
  };

/** fd = op(fs1, fs2), exact. */
const choose =
  (op: 'min' | 'max'): Semantics =>
  (o, f) =>
    o.setF64(f.fd, o.float(op, 'D', [o.f64(f.fs1), o.f64(f.fs2)], o.k(ANY_RM)));

/** rd = fs1 op fs2. */
const compare =
  (op: 'eq' | 'lt' | 'le'): Semantics =>
  (o, f) =>
    o.setX(f.rd, o.float(op, 'D', [o.f64(f.fs1), o.f64(f.fs2)], o.k(ANY_RM)));

/** rd = integer(fs1), rounded. */
const toInteger =
  (op: 'toI32' | 'toU32' | 'toI64' | 'toU64'): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    o.setX(f.rd, o.float(op, 'D', [o.f64(f.fs1)], rm));
  };

/** fd = float(rs1), rounded. The operation reads the low 32 or all 64 bits, signed or not. */
const fromInteger =
  (op: 'fromI32' | 'fromU32' | 'fromI64' | 'fromU64'): Semantics =>
  (o, f) => {
    const rm = o.rm(f.rm);
    const value = op === 'fromI32' ? o.sext32(o.x(f.rs1)) : op === 'fromU32' ? o.zext32(o.x(f.rs1)) : o.x(f.rs1);
    o.setF64(f.fd, o.float(op, 'D', [value], rm));
  };

// biome-ignore format: a table
export const D = [
  insn('fld',        'imm[11:0] rs1 011 fd 0000111', (o, f) => o.setF64(f.fd, o.load(8, false, o.add(o.x(f.rs1), f.imm))), 'fd, imm(rs1)'),
  insn('fsd',        'imm[11:5] fs2 rs1 011 imm[4:0] 0100111', (o, f) => o.store(8, o.add(o.x(f.rs1), f.imm), o.f64(f.fs2)), 'fs2, imm(rs1)'),
  insn('fmadd.d',    'fs3 01 fs2 fs1 rm fd 1000011', fused(false, false)),
  insn('fmsub.d',    'fs3 01 fs2 fs1 rm fd 1000111', fused(false, true)),
  insn('fnmsub.d',   'fs3 01 fs2 fs1 rm fd 1001011', fused(true, false)),
  insn('fnmadd.d',   'fs3 01 fs2 fs1 rm fd 1001111', fused(true, true)),
  insn('fadd.d',     '0000001 fs2 fs1 rm fd 1010011', binary('add')),
  insn('fsub.d',     '0000101 fs2 fs1 rm fd 1010011', binary('sub')),
  insn('fmul.d',     '0001001 fs2 fs1 rm fd 1010011', binary('mul')),
  insn('fdiv.d',     '0001101 fs2 fs1 rm fd 1010011', binary('div')),
  insn('fsqrt.d',    '0101101 00000 fs1 rm fd 1010011', unary('sqrt')),
  insn('fsgnj.d',    '0010001 fs2 fs1 000 fd 1010011', (o, f) => o.setF64(f.fd, o.or(o.and(o.f64(f.fs1), o.k(MAGNITUDE)), o.and(o.f64(f.fs2), o.k(SIGN))))),
  insn('fsgnjn.d',   '0010001 fs2 fs1 001 fd 1010011', (o, f) => o.setF64(f.fd, o.or(o.and(o.f64(f.fs1), o.k(MAGNITUDE)), o.xor(o.and(o.f64(f.fs2), o.k(SIGN)), o.k(SIGN))))),
  insn('fsgnjx.d',   '0010001 fs2 fs1 010 fd 1010011', (o, f) => o.setF64(f.fd, o.xor(o.f64(f.fs1), o.and(o.f64(f.fs2), o.k(SIGN))))),
  insn('fmin.d',     '0010101 fs2 fs1 000 fd 1010011', choose('min')),
  insn('fmax.d',     '0010101 fs2 fs1 001 fd 1010011', choose('max')),
  insn('fcvt.s.d',   '0100000 00001 fs1 rm fd 1010011', (o, f) => {
    const rm = o.rm(f.rm);
    o.setF32(f.fd, o.float('cvt', 'S', [o.f64(f.fs1)], rm));
  }),
  insn('fcvt.d.s',   '0100001 00000 fs1 rm fd 1010011', (o, f) => {
    const rm = o.rm(f.rm);
    o.setF64(f.fd, o.float('cvt', 'D', [o.f32(f.fs1)], rm));
  }, 'fd, fs1, rm=rne'),
  insn('feq.d',      '1010001 fs2 fs1 010 rd 1010011', compare('eq')),
  insn('flt.d',      '1010001 fs2 fs1 001 rd 1010011', compare('lt')),
  insn('fle.d',      '1010001 fs2 fs1 000 rd 1010011', compare('le')),
  insn('fclass.d',   '1110001 00000 fs1 001 rd 1010011', (o, f) => o.setX(f.rd, o.float('class', 'D', [o.f64(f.fs1)], o.k(ANY_RM)))),
  insn('fcvt.w.d',   '1100001 00000 fs1 rm rd 1010011', toInteger('toI32')),
  insn('fcvt.wu.d',  '1100001 00001 fs1 rm rd 1010011', toInteger('toU32')),
  insn('fcvt.l.d',   '1100001 00010 fs1 rm rd 1010011', toInteger('toI64')),
  insn('fcvt.lu.d',  '1100001 00011 fs1 rm rd 1010011', toInteger('toU64')),
  insn('fcvt.d.w',   '1101001 00000 rs1 rm fd 1010011', fromInteger('fromI32'), 'fd, rs1, rm=rne'),
  insn('fcvt.d.wu',  '1101001 00001 rs1 rm fd 1010011', fromInteger('fromU32'), 'fd, rs1, rm=rne'),
  insn('fcvt.d.l',   '1101001 00010 rs1 rm fd 1010011', fromInteger('fromI64')),
  insn('fcvt.d.lu',  '1101001 00011 rs1 rm fd 1010011', fromInteger('fromU64')),
  insn('fmv.x.d',    '1110001 00000 fs1 000 rd 1010011', (o, f) => o.setX(f.rd, o.f64(f.fs1))),
  insn('fmv.d.x',    '1111001 00000 rs1 000 fd 1010011', (o, f) => o.setF64(f.fd, o.x(f.rs1))),
];
