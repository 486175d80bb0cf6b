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

/** What goes where in an instruction's records; worked out once, for decoding asks it for every record. */
interface Packing {
  readonly op: number;
  /** The op of a jump within its page, 0 if this is none. */
  readonly nearOp: number;
  readonly destination: boolean;
  /** Which registers are floating-point ones. */
  readonly floatDestination: boolean;
  readonly floatFirst: boolean;
  readonly floatSecond: boolean;
  readonly uimm: boolean;
  /** What `c` holds, or `c` with `b`, where there is a destination. */
  readonly last: 'wide immediate' | 'fused' | 'register' | 'rm' | 'csr' | 'immediate';
}

const PACKINGS: readonly Packing[] = INSTRUCTIONS.map((insn) => ({
  op: opOf(insn),
  nearOp: nearOps.get(insn) ?? 0,
  destination: hasDestination(insn),
  floatDestination: insn.fields.has('fd'),
  floatFirst: insn.fields.has('fs1'),
  floatSecond: insn.fields.has('fs2'),
  uimm: insn.fields.has('uimm'),
  last: lastOf(insn),
}));

function lastOf(insn: Instruction): Packing['last'] {
  const { fields } = insn;
  if (hasWideImmediate(insn)) return 'wide immediate';
  if (fields.has('fs3')) return 'fused';
  if (fields.has('rs2') || fields.has('fs2')) return 'register';
  if (fields.has('rm')) return 'rm';
  return fields.has('csr') ? 'csr' : 'immediate';
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
  const { insn, rd, rs1, rs2, rs3, uimm, csr, rm, length } = decoded;
  const packing = PACKINGS[insn.index]!;
  const target = pageOffset + decoded.imm;
  const near = packing.nearOp !== 0 && target >= 0 && target < PAGE_SIZE;
  const imm = near ? decoded.imm << RECORD_SCALE_SHIFT : decoded.imm;
  const x = registers + REGISTER.x;
  const f = registers + REGISTER.f;
  const first = (packing.floatFirst ? f : x) + rs1 * 8;
  const second = (packing.floatSecond ? f : x) + rs2 * 8;
  if (!packing.destination) {
    halves[at + 1] = second;
    halves[at + 2] = first;
    halves[at + 3] = imm;
  } else {
    if (packing.floatDestination) halves[at + 1] = f + rd * 8;
    else halves[at + 1] = rd === 0 ? registers + REGISTER.sink : x + rd * 8;
    halves[at + 2] = packing.uimm ? uimm : first;
    switch (packing.last) {
      case 'wide immediate':
        halves[at + 2] = imm;
        halves[at + 3] = imm >> 16;
        break;
      case 'fused':
        halves[at + 3] = rs2 | (rs3 << 5) | (rm << 10);
        break;
      case 'register':
        halves[at + 3] = second | rm;
        break;
      case 'rm':
        halves[at + 3] = rm;
        break;
      case 'csr':
        halves[at + 3] = csr;
        break;
      case 'immediate':
        halves[at + 3] = imm;
        break;
    }
  }
  // The op comes last: until then the record reads as undecoded
  halves[at] = (near ? packing.nearOp : packing.op) + (length === 2 ? 1 : 0);
}
