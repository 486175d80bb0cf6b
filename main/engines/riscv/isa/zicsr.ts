/** Zicsr: access to control and status registers (Unprivileged, chapter "Zicsr"). */

import { insn } from './instruction.ts';

// biome-ignore format: a table
export const ZICSR = [
  insn('csrrw',  'csr[11:0] rs1 001 rd 1110011', (o, f) => o.csr('write', f.rd, f.csr, f.rs1)),
  insn('csrrs',  'csr[11:0] rs1 010 rd 1110011', (o, f) => o.csr('set', f.rd, f.csr, f.rs1)),
  insn('csrrc',  'csr[11:0] rs1 011 rd 1110011', (o, f) => o.csr('clear', f.rd, f.csr, f.rs1)),
  insn('csrrwi', 'csr[11:0] uimm[4:0] 101 rd 1110011', (o, f) => o.csrImmediate('write', f.rd, f.csr, f.uimm)),
  insn('csrrsi', 'csr[11:0] uimm[4:0] 110 rd 1110011', (o, f) => o.csrImmediate('set', f.rd, f.csr, f.uimm)),
  insn('csrrci', 'csr[11:0] uimm[4:0] 111 rd 1110011', (o, f) => o.csrImmediate('clear', f.rd, f.csr, f.uimm)),
];
