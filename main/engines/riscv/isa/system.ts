/** Zifencei, Zihintpause, the privileged instructions and Svinval (Privileged 1.13, sections 3.3 and 10.1, chapter "Svinval"). */

import { insn, specialised } from './instruction.ts';

export const ZIFENCEI = [
  // imm, rs1 and rd are reserved and ignored.
  insn('fence.i', 'imm[11:0] rs1 001 rd 0001111', (o) => o.fenceI(), ''),
];

export const ZIHINTPAUSE = [
  // FENCE with pred = W, succ = 0, rd = rs1 = x0: as a fence it would order nothing.
  specialised(
    'fence',
    insn('pause', '000000010000 00000 000 00000 0001111', (o) => o.pause()),
  ),
];

// biome-ignore format: a table
export const PRIVILEGED = [
  insn('mret',       '0011000 00010 00000 000 00000 1110011', (o) => o.mret()),
  insn('sret',       '0001000 00010 00000 000 00000 1110011', (o) => o.sret()),
  insn('wfi',        '0001000 00101 00000 000 00000 1110011', (o) => o.wfi()),
  insn('sfence.vma', '0001001 rs2 rs1 000 00000 1110011', (o, f) => o.sfenceVma(f.rs1, f.rs2)),
];

// biome-ignore format: a table
export const SVINVAL = [
  insn('sinval.vma',      '0001011 rs2 rs1 000 00000 1110011', (o, f) => o.sfenceVma(f.rs1, f.rs2)),
  insn('sfence.w.inval',  '0001100 00000 00000 000 00000 1110011', (o) => o.sfenceOrder()),
  insn('sfence.inval.ir', '0001100 00001 00000 000 00000 1110011', (o) => o.sfenceOrder()),
];
