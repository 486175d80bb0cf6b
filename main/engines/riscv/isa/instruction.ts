/** What a row of the instruction tables is. */

import { type Encoding, type FieldName, type Operand, parseEncoding } from './encoding.ts';
import type { Semantics } from './ops.ts';

// biome-ignore format: a list
export type Extension =
  | 'I' | 'M' | 'A' | 'F' | 'D' | 'Zca' | 'Zcd' | 'Zicsr' | 'Zifencei' | 'Zihintpause' | 'Zba' | 'Zbb' | 'Zbc' | 'Zbs'
  | 'Zicond' | 'Zicbom' | 'Zicboz' | 'Svinval' | 'Privileged';

/** A row as written. */
export interface Row {
  readonly name: string;
  readonly encoding: Encoding;
  readonly exec: Semantics;
  readonly syntax: string;
  readonly specialises: string | undefined;
}

/** An uncompressed instruction. */
export interface Instruction extends Encoding {
  /** Its place in `INSTRUCTIONS`, dense from 0. Not stable across versions. */
  readonly index: number;
  readonly name: string;
  readonly extension: Extension;
  readonly length: 4;
  /** What its semantics may use. */
  readonly fields: ReadonlySet<FieldName>;
  /** Needs mstatus.FS on: reads or writes floating-point registers or flags. (CSR accesses see to themselves.) */
  readonly float: boolean;
  readonly exec: Semantics;
  /** Operands as the assembler writes them, see `disassemble.ts`. */
  readonly syntax: string;
  /** The more general instruction of which this takes some encodings. */
  readonly specialises: string | undefined;
}

/** Operands that an expansion fixes: x0, x1 or x2. */
export type FixedOperands = Partial<Readonly<Record<'rd' | 'rs1' | 'rs2' | 'imm', number>>>;

/** A compressed instruction: another encoding of one in the tables. */
export interface Compressed extends Encoding {
  readonly name: string;
  readonly extension: Extension;
  readonly length: 2;
  readonly base: Instruction;
  readonly fixed: FixedOperands;
  readonly syntax: string;
}

/** A compressed row as written. */
export interface CompressedRow {
  readonly name: string;
  readonly encoding: Encoding;
  readonly base: string;
  readonly fixed: FixedOperands;
  readonly syntax: string;
}

/**
 * A row. Without `syntax` operands are written in the usual order: destination, CSR, sources, immediate, rounding mode.
 * In a syntax `pc+imm` is the target of a jump, `hi(imm)` the upper 20 bits, `rm=rne` a rounding mode that goes without
 * saying if it is RNE rather than DYN.
 */
export function insn(name: string, pattern: string, exec: Semantics, syntax?: string): Row {
  const encoding = parseEncoding(pattern);
  return { name, encoding, exec, syntax: syntax ?? usualSyntax(encoding.operands), specialises: undefined };
}

/** A row that takes some encodings of a more general one, which keeps the rest. */
export function specialised(general: string, row: Row): Row {
  return { ...row, specialises: general };
}

/** A compressed row: it expands to `base`; operands of the same name carry over, `fixed` adds the others. */
export function expand(
  name: string,
  pattern: string,
  base: string,
  fixed: FixedOperands = {},
  syntax?: string,
): CompressedRow {
  const encoding = parseEncoding(pattern);
  return { name, encoding, base, fixed, syntax: syntax ?? usualSyntax(encoding.operands) };
}

const USUAL_ORDER: readonly FieldName[] = ['rd', 'fd', 'csr', 'rs1', 'fs1', 'rs2', 'fs2', 'fs3', 'imm', 'uimm', 'rm'];

function usualSyntax(operands: readonly Operand[]): string {
  const place = (operand: Operand) => Math.min(...operand.fields.map((field) => USUAL_ORDER.indexOf(field)));
  return operands
    .filter((operand) => operand.fields.length > 0)
    .sort((a, b) => place(a) - place(b))
    .map((operand) => operand.name)
    .join(', ');
}
