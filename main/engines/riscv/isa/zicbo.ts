/**
 * Zicbom and Zicboz: management and zeroing of cache blocks (Unprivileged, chapter "CMO"). The prefetches of Zicbop are
 * HINTs among the encodings of ORI with rd = x0 and need no rows.
 */

import { insn } from './instruction.ts';

// biome-ignore format: a table
export const ZICBOM = [
  insn('cbo.inval', '000000000000 rs1 010 00000 0001111', (o, f) => o.cbo('inval', o.x(f.rs1)), '(rs1)'),
  insn('cbo.clean', '000000000001 rs1 010 00000 0001111', (o, f) => o.cbo('clean', o.x(f.rs1)), '(rs1)'),
  insn('cbo.flush', '000000000010 rs1 010 00000 0001111', (o, f) => o.cbo('flush', o.x(f.rs1)), '(rs1)'),
];

// biome-ignore format: a table
export const ZICBOZ = [
  insn('cbo.zero',  '000000000100 rs1 010 00000 0001111', (o, f) => o.cbo('zero', o.x(f.rs1)), '(rs1)'),
];
