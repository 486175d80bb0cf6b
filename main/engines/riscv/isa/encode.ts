/** The inverse of decoding: instruction words from operands, for tests and tools. */

import { extract, type FieldName, type Operand } from './encoding.ts';
import type { Compressed, Instruction } from './instruction.ts';

/** Registers by number, immediates as `Decoded` has them. What is left out is 0. */
export type OperandValues = Partial<Readonly<Record<FieldName, number>>>;

/** The word, unsigned. Throws RangeError if an operand does not fit or the encoding excludes it. */
export function encode(insn: Instruction | Compressed, values: OperandValues): number {
  let word = insn.match;
  for (const operand of insn.operands) word = insert(operand, word, givenValue(operand, values), insn.name);
  return word >>> 0;
}

function givenValue({ fields, bias }: Operand, values: OperandValues): number {
  const [field] = fields;
  return (field === undefined ? undefined : values[field]) ?? bias;
}

function insert(operand: Operand, into: number, value: number, name: string): number {
  let word = into;
  for (const { from, width, to } of operand.pieces) {
    word |= (((value - operand.bias) >>> to) & ((1 << width) - 1)) << from;
  }
  if (extract(operand, word) !== value || operand.excluded.includes(value)) {
    throw new RangeError(`${operand.name} of ${name} cannot be ${value}`);
  }
  return word;
}
