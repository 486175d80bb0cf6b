/**
 * Predecoded instructions. A record is 8 bytes: what to do, and operands in the form in which handlers want them.
 *
 *     bytes  0-1        2-3             4-5              6-7
 *            op         a               b                c
 *            op         rd or fd        rs1, fs1, uimm   rs2, fs2, imm, csr; with rm in the low bits of a register
 *            op         rs2 or fs2      rs1 or fs1       imm                    where there is no destination
 *            op         rd              imm, 32 bits                            where there are no sources
 *            op         fd              fs1              fs2 | fs3 << 5 | rm << 10   by number, fused multiply-add
 *
 * Registers are named by their address in the shared memory, which lies below 64 KiB and is a multiple of 8.
 */
import type { Decoded } from '../isa/decode.ts';
import type { FieldName } from '../isa/encoding.ts';
import type { Instruction } from '../isa/instruction.ts';
import type { Fields, Ops } from '../isa/ops.ts';
import { INSTRUCTIONS } from '../isa/table.ts';
import { PAGE_SIZE, RECORD_SCALE_SHIFT, REGISTER } from '../memory/layout.ts';

/** Op numbers. All but the first two come in pairs: even for 4 bytes, odd for 2 bytes. */
export const OP = {
  /** Not decoded yet: what a cleared slot holds. */
  undecoded: 0,
  /** Nothing here to execute: look up the slot of this address. */
  resync: 1,
  illegal: 2,
  /** Instruction i of the tables has op `first + 2 * i`, plus 1 if compressed. */
  first: 4,
} as const;

export function opOf(insn: Instruction): number {
  return OP.first + 2 * insn.index;
}

/** Jumps whose target lies in their own page get ops of their own, behind all others. */
export const JUMPS: readonly Instruction[] = INSTRUCTIONS.filter((insn) => {
  const used = effectsOf(insn);
  return used.has('branch') || used.has('jump');
});
const FIRST_NEAR = OP.first + 2 * INSTRUCTIONS.length;
const nearOps = new Map(JUMPS.map((insn, i) => [insn, FIRST_NEAR + 2 * i]));
export const OP_COUNT = FIRST_NEAR + 2 * JUMPS.length;

export function nearOpOf(insn: Instruction): number | undefined {
  return nearOps.get(insn);
}

/** The methods of `Ops` that an instruction's semantics call. */
export function effectsOf(insn: Instruction): ReadonlySet<keyof Ops<unknown, unknown>> {
  const used = new Set<keyof Ops<unknown, unknown>>();
  const probe = new Proxy({} as Ops<unknown, unknown>, {
    get: (_, name: keyof Ops<unknown, unknown>) => () => {
      used.add(name);
      return null;
    },
  });
  insn.exec(probe, {} as Fields<unknown, unknown>);
  return used;
}

const DESTINATIONS: readonly FieldName[] = ['rd', 'fd'];

export function hasDestination(insn: Instruction): boolean {
  return DESTINATIONS.some((field) => insn.fields.has(field));
}

/** Where there is neither destination nor source beside it, the immediate has 32 bits. */
export function hasWideImmediate(insn: Instruction): boolean {
  return insn.fields.has('imm') && !insn.fields.has('rs1') && !insn.fields.has('fs1');
}

/**
 * Writes the record of `decoded`, found at `pageOffset`, as four 16-bit halves from `halves[at]`. `registers` is the
 * address of the hart's register file. An undefined instruction is illegal; `word` tells its length.
 */
export function writeRecord(
  halves: Uint16Array,
  at: number,
  decoded: Decoded | undefined,
  word: number,
  pageOffset: number,
  registers: number,
): void {
  if (decoded === undefined) {
    halves[at] = OP.illegal + ((word & 3) === 3 ? 0 : 1);
    return;
  }
  const { insn, rd, rs1, rs2, rs3, imm, uimm, csr, rm, length } = decoded;
  const { fields } = insn;
  let op = opOf(insn);
  let immediate = imm;
  const near = nearOps.get(insn);
  if (near !== undefined && pageOffset + imm >= 0 && pageOffset + imm < PAGE_SIZE) {
    op = near;
    immediate = imm << RECORD_SCALE_SHIFT;
  }
  const x = (index: number) => registers + REGISTER.x + index * 8;
  const f = (index: number) => registers + REGISTER.f + index * 8;
  const second = fields.has('fs2') ? f(rs2) : x(rs2);
  const first = fields.has('fs1') ? f(rs1) : x(rs1);
  if (hasDestination(insn)) {
    halves[at + 1] = fields.has('fd') ? f(rd) : rd === 0 ? registers + REGISTER.sink : x(rd);
    if (hasWideImmediate(insn)) {
      halves[at + 2] = immediate;
      halves[at + 3] = immediate >> 16;
    } else {
      halves[at + 2] = fields.has('uimm') ? uimm : first;
      if (fields.has('fs3')) halves[at + 3] = rs2 | (rs3 << 5) | (rm << 10);
      else if (fields.has('rs2') || fields.has('fs2')) halves[at + 3] = second | rm;
      else if (fields.has('rm')) halves[at + 3] = rm;
      else halves[at + 3] = fields.has('csr') ? csr : immediate;
    }
  } else {
    halves[at + 1] = second;
    halves[at + 2] = first;
    halves[at + 3] = immediate;
  }
  // The op comes last: until then the record reads as undecoded
  halves[at] = op + (length === 2 ? 1 : 0);
}
