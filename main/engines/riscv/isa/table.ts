/** All instructions, from the tables of the extensions. */

import { A } from './a.ts';
import { ZCA, ZCD } from './c.ts';
import { D } from './d.ts';
import { F } from './f.ts';
import type { Compressed, CompressedRow, Extension, Instruction, Row } from './instruction.ts';
import { M } from './m.ts';
import { RV64I } from './rv64i.ts';
import { PRIVILEGED, SVINVAL, ZIFENCEI, ZIHINTPAUSE } from './system.ts';
import { ZBA } from './zba.ts';
import { ZBB } from './zbb.ts';
import { ZBC } from './zbc.ts';
import { ZBS } from './zbs.ts';
import { ZICBOM, ZICBOZ } from './zicbo.ts';
import { ZICOND } from './zicond.ts';
import { ZICSR } from './zicsr.ts';

const COMPRESSED_ROWS = { Zca: ZCA, Zcd: ZCD } satisfies Partial<Record<Extension, readonly CompressedRow[]>>;

const ROWS: Readonly<Record<Exclude<Extension, keyof typeof COMPRESSED_ROWS>, readonly Row[]>> = {
  I: RV64I,
  M,
  A,
  F,
  D,
  Zicsr: ZICSR,
  Zifencei: ZIFENCEI,
  Zihintpause: ZIHINTPAUSE,
  Zba: ZBA,
  Zbb: ZBB,
  Zbc: ZBC,
  Zbs: ZBS,
  Zicond: ZICOND,
  Zicbom: ZICBOM,
  Zicboz: ZICBOZ,
  Privileged: PRIVILEGED,
  Svinval: SVINVAL,
};

const entries = <T>(rows: Readonly<Partial<Record<Extension, readonly T[]>>>): readonly (readonly [Extension, T])[] =>
  (Object.entries(rows) as [Extension, readonly T[]][]).flatMap(([extension, list]) =>
    list.map((row) => [extension, row] as const),
  );

/** The uncompressed instructions: what back ends implement. */
export const INSTRUCTIONS: readonly Instruction[] = entries(ROWS).map(([extension, row], index) => ({
  index,
  name: row.name,
  extension,
  length: 4,
  mask: row.encoding.mask,
  match: row.encoding.match,
  operands: row.encoding.operands,
  fields: new Set(row.encoding.operands.flatMap((operand) => operand.fields)),
  float: extension === 'F' || extension === 'D',
  exec: row.exec,
  syntax: row.syntax,
  specialises: row.specialises,
}));

/** Instructions by name, such as `amoadd.w`. */
export const BY_NAME: ReadonlyMap<string, Instruction> = new Map(INSTRUCTIONS.map((insn) => [insn.name, insn]));

/** The compressed encodings, each with the instruction it expands to. */
export const COMPRESSED: readonly Compressed[] = entries(COMPRESSED_ROWS).map(([extension, row]) => {
  const base = BY_NAME.get(row.base);
  if (base === undefined) throw new Error(`${row.name} expands to ${row.base}, which is in no table`);
  const { mask, match, operands } = row.encoding;
  return { name: row.name, extension, length: 2, mask, match, operands, base, fixed: row.fixed, syntax: row.syntax };
});
