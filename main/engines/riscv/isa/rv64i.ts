/** RV64I: base integer instruction set (Unprivileged, chapters "RV32I" and "RV64I"). Jumps to odd halfwords cannot occur. */

import { insn, specialised } from './instruction.ts';

const AMOUNT_W = 31n;

// biome-ignore format: a table
export const RV64I = [
  insn('lui',    'imm[31:12] rd 0110111', (o, f) => o.setX(f.rd, f.imm), 'rd, hi(imm)'),
  insn('auipc',  'imm[31:12] rd 0010111', (o, f) => o.setX(f.rd, o.add(o.pc(), f.imm)), 'rd, hi(imm)'),
  insn('jal',    'imm[20|10:1|11|19:12] rd 1101111', (o, f) => { o.setX(f.rd, o.nextPc()); o.jump(f.imm); }, 'rd, pc+imm'),
  insn('jalr',   'imm[11:0] rs1 000 rd 1100111', (o, f) => {
    // rd may be rs1: the target comes first.
    const target = o.let(o.and(o.add(o.x(f.rs1), f.imm), o.k(-2n)));
    o.setX(f.rd, o.nextPc());
    o.jumpTo(target);
  }, 'rd, imm(rs1)'),

  insn('beq',    'imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011', (o, f) => o.branch(o.eq(o.x(f.rs1), o.x(f.rs2)), f.imm), 'rs1, rs2, pc+imm'),
  insn('bne',    'imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011', (o, f) => o.branch(o.ne(o.x(f.rs1), o.x(f.rs2)), f.imm), 'rs1, rs2, pc+imm'),
  insn('blt',    'imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011', (o, f) => o.branch(o.ltS(o.x(f.rs1), o.x(f.rs2)), f.imm), 'rs1, rs2, pc+imm'),
  insn('bge',    'imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011', (o, f) => o.branch(o.geS(o.x(f.rs1), o.x(f.rs2)), f.imm), 'rs1, rs2, pc+imm'),
  insn('bltu',   'imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011', (o, f) => o.branch(o.ltU(o.x(f.rs1), o.x(f.rs2)), f.imm), 'rs1, rs2, pc+imm'),
  insn('bgeu',   'imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011', (o, f) => o.branch(o.geU(o.x(f.rs1), o.x(f.rs2)), f.imm), 'rs1, rs2, pc+imm'),

  insn('lb',     'imm[11:0] rs1 000 rd 0000011', (o, f) => o.setX(f.rd, o.load(1, true, o.add(o.x(f.rs1), f.imm))), 'rd, imm(rs1)'),
  insn('lh',     'imm[11:0] rs1 001 rd 0000011', (o, f) => o.setX(f.rd, o.load(2, true, o.add(o.x(f.rs1), f.imm))), 'rd, imm(rs1)'),
  insn('lw',     'imm[11:0] rs1 010 rd 0000011', (o, f) => o.setX(f.rd, o.load(4, true, o.add(o.x(f.rs1), f.imm))), 'rd, imm(rs1)'),
  insn('ld',     'imm[11:0] rs1 011 rd 0000011', (o, f) => o.setX(f.rd, o.load(8, false, o.add(o.x(f.rs1), f.imm))), 'rd, imm(rs1)'),
  insn('lbu',    'imm[11:0] rs1 100 rd 0000011', (o, f) => o.setX(f.rd, o.load(1, false, o.add(o.x(f.rs1), f.imm))), 'rd, imm(rs1)'),
  insn('lhu',    'imm[11:0] rs1 101 rd 0000011', (o, f) => o.setX(f.rd, o.load(2, false, o.add(o.x(f.rs1), f.imm))), 'rd, imm(rs1)'),
  insn('lwu',    'imm[11:0] rs1 110 rd 0000011', (o, f) => o.setX(f.rd, o.load(4, false, o.add(o.x(f.rs1), f.imm))), 'rd, imm(rs1)'),
  insn('sb',     'imm[11:5] rs2 rs1 000 imm[4:0] 0100011', (o, f) => o.store(1, o.add(o.x(f.rs1), f.imm), o.x(f.rs2)), 'rs2, imm(rs1)'),
  insn('sh',     'imm[11:5] rs2 rs1 001 imm[4:0] 0100011', (o, f) => o.store(2, o.add(o.x(f.rs1), f.imm), o.x(f.rs2)), 'rs2, imm(rs1)'),
  insn('sw',     'imm[11:5] rs2 rs1 010 imm[4:0] 0100011', (o, f) => o.store(4, o.add(o.x(f.rs1), f.imm), o.x(f.rs2)), 'rs2, imm(rs1)'),
  insn('sd',     'imm[11:5] rs2 rs1 011 imm[4:0] 0100011', (o, f) => o.store(8, o.add(o.x(f.rs1), f.imm), o.x(f.rs2)), 'rs2, imm(rs1)'),

  insn('addi',   'imm[11:0] rs1 000 rd 0010011', (o, f) => o.setX(f.rd, o.add(o.x(f.rs1), f.imm))),
  insn('slti',   'imm[11:0] rs1 010 rd 0010011', (o, f) => o.setX(f.rd, o.ltS(o.x(f.rs1), f.imm))),
  insn('sltiu',  'imm[11:0] rs1 011 rd 0010011', (o, f) => o.setX(f.rd, o.ltU(o.x(f.rs1), f.imm))),
  insn('xori',   'imm[11:0] rs1 100 rd 0010011', (o, f) => o.setX(f.rd, o.xor(o.x(f.rs1), f.imm))),
  insn('ori',    'imm[11:0] rs1 110 rd 0010011', (o, f) => o.setX(f.rd, o.or(o.x(f.rs1), f.imm))),
  insn('andi',   'imm[11:0] rs1 111 rd 0010011', (o, f) => o.setX(f.rd, o.and(o.x(f.rs1), f.imm))),
  insn('slli',   '000000 shamt[5:0] rs1 001 rd 0010011', (o, f) => o.setX(f.rd, o.shl(o.x(f.rs1), f.imm))),
  insn('srli',   '000000 shamt[5:0] rs1 101 rd 0010011', (o, f) => o.setX(f.rd, o.shrU(o.x(f.rs1), f.imm))),
  insn('srai',   '010000 shamt[5:0] rs1 101 rd 0010011', (o, f) => o.setX(f.rd, o.shrS(o.x(f.rs1), f.imm))),

  insn('add',    '0000000 rs2 rs1 000 rd 0110011', (o, f) => o.setX(f.rd, o.add(o.x(f.rs1), o.x(f.rs2)))),
  insn('sub',    '0100000 rs2 rs1 000 rd 0110011', (o, f) => o.setX(f.rd, o.sub(o.x(f.rs1), o.x(f.rs2)))),
  insn('sll',    '0000000 rs2 rs1 001 rd 0110011', (o, f) => o.setX(f.rd, o.shl(o.x(f.rs1), o.x(f.rs2)))),
  insn('slt',    '0000000 rs2 rs1 010 rd 0110011', (o, f) => o.setX(f.rd, o.ltS(o.x(f.rs1), o.x(f.rs2)))),
  insn('sltu',   '0000000 rs2 rs1 011 rd 0110011', (o, f) => o.setX(f.rd, o.ltU(o.x(f.rs1), o.x(f.rs2)))),
  insn('xor',    '0000000 rs2 rs1 100 rd 0110011', (o, f) => o.setX(f.rd, o.xor(o.x(f.rs1), o.x(f.rs2)))),
  insn('srl',    '0000000 rs2 rs1 101 rd 0110011', (o, f) => o.setX(f.rd, o.shrU(o.x(f.rs1), o.x(f.rs2)))),
  insn('sra',    '0100000 rs2 rs1 101 rd 0110011', (o, f) => o.setX(f.rd, o.shrS(o.x(f.rs1), o.x(f.rs2)))),
  insn('or',     '0000000 rs2 rs1 110 rd 0110011', (o, f) => o.setX(f.rd, o.or(o.x(f.rs1), o.x(f.rs2)))),
  insn('and',    '0000000 rs2 rs1 111 rd 0110011', (o, f) => o.setX(f.rd, o.and(o.x(f.rs1), o.x(f.rs2)))),

  insn('addiw',  'imm[11:0] rs1 000 rd 0011011', (o, f) => o.setX(f.rd, o.sext32(o.add(o.x(f.rs1), f.imm)))),
  insn('slliw',  '0000000 shamt[4:0] rs1 001 rd 0011011', (o, f) => o.setX(f.rd, o.sext32(o.shl(o.x(f.rs1), f.imm)))),
  insn('srliw',  '0000000 shamt[4:0] rs1 101 rd 0011011', (o, f) => o.setX(f.rd, o.sext32(o.shrU(o.zext32(o.x(f.rs1)), f.imm)))),
  insn('sraiw',  '0100000 shamt[4:0] rs1 101 rd 0011011', (o, f) => o.setX(f.rd, o.shrS(o.sext32(o.x(f.rs1)), f.imm))),
  insn('addw',   '0000000 rs2 rs1 000 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.add(o.x(f.rs1), o.x(f.rs2))))),
  insn('subw',   '0100000 rs2 rs1 000 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.sub(o.x(f.rs1), o.x(f.rs2))))),
  insn('sllw',   '0000000 rs2 rs1 001 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.shl(o.x(f.rs1), o.and(o.x(f.rs2), o.k(AMOUNT_W)))))),
  insn('srlw',   '0000000 rs2 rs1 101 rd 0111011', (o, f) => o.setX(f.rd, o.sext32(o.shrU(o.zext32(o.x(f.rs1)), o.and(o.x(f.rs2), o.k(AMOUNT_W)))))),
  insn('sraw',   '0100000 rs2 rs1 101 rd 0111011', (o, f) => o.setX(f.rd, o.shrS(o.sext32(o.x(f.rs1)), o.and(o.x(f.rs2), o.k(AMOUNT_W))))),

  // Reserved fm, pred, succ, rs1 and rd execute as a plain fence (RV32I, "Memory Ordering Instructions").
  insn('fence',  'fm[3:0] pred[3:0] succ[3:0] rs1 000 rd 0001111', (o) => o.fence(), 'pred, succ'),
  specialised('fence', insn('fence.tso', '1000 0011 0011 00000 000 00000 0001111', (o) => o.fence())),
  insn('ecall',  '000000000000 00000 000 00000 1110011', (o) => o.ecall()),
  insn('ebreak', '000000000001 00000 000 00000 1110011', (o) => o.ebreak()),
];
