/**
 * Reads an encoding written as the specification draws it, most significant bit first:
 *
 *     imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011
 *
 * - `0101` fixed bits;
 * - `rd rs1 rs2` integer and `fd fs1 fs2 fs3` floating-point registers, five bits; with a prime three bits for
 *   x8 to x15 (`rd'`); `rd/rs1` is one field that serves as both;
 * - `imm[11:0]` immediate, sign-extended from its highest bit; `uimm`, `shamt`, `csr` zero-extended; a prefix `nz` means
 *   that zero is no encoding of this instruction; bits of an immediate that are not named are zero;
 * - `rm` rounding mode (three bits), `aq` and `rl` (one bit), `fm pred succ` of FENCE;
 * - `rd≠0`, `rd≠{0,2}`: with these values it is no encoding of this instruction.
 */

import type { Fields } from './ops.ts';

export type FieldName = keyof Fields<unknown, unknown>;

/** Bits `[from, from + width)` of the instruction are bits `[to, to + width)` of the operand. */
export interface Piece {
  readonly from: number;
  readonly width: number;
  readonly to: number;
}

export interface Operand {
  /** As written, without brackets and constraints: `rs1`, `rd'/rs1'`, `nzimm`. */
  readonly name: string;
  /** What it is to the semantics: none (`aq`, `pred`), one, or two (`rd/rs1`). */
  readonly fields: readonly FieldName[];
  readonly kind: 'integer register' | 'float register' | 'immediate' | 'other';
  readonly pieces: readonly Piece[];
  /** Added to the extracted bits: 8 for a three-bit register. */
  readonly bias: number;
  /** How far to shift left and back to sign-extend from the highest bit; 0 for an unsigned operand. */
  readonly signShift: number;
  /** Values that are no encoding of this instruction. */
  readonly excluded: readonly number[];
}

export interface Encoding {
  readonly length: 2 | 4;
  /** A word (as an unsigned number) may be this instruction if `(word & mask) >>> 0 === match`. */
  readonly mask: number;
  readonly match: number;
  readonly operands: readonly Operand[];
}

/** The immediates of compressed instructions all become the immediate of what they expand to. */
const FIELD_OF_IMMEDIATE: Readonly<Record<string, FieldName | undefined>> = {
  imm: 'imm',
  nzimm: 'imm',
  shamt: 'imm',
  nzuimm: 'imm',
  uimm: 'uimm',
  csr: 'csr',
};
const SIGNED = new Set(['imm', 'nzimm']);
const WIDTH_OF: Readonly<Record<string, number | undefined>> = { rm: 3, aq: 1, rl: 1 };
const INTEGER_REGISTER = /^(rd|rs1|rs2)$/;
const FLOAT_REGISTER = /^(fd|fs1|fs2|fs3)$/;
const TOKEN = /^(?<name>[a-z0-9'/]+)(?:\[(?<bits>[0-9:|]+)\])?(?:≠\{?(?<excluded>[0-9,]+)\}?)?$/;

type Draft = Omit<Operand, 'signShift'> & { pieces: Piece[] };

/** Throws if the pattern is not one of 16 or 32 bits. */
export function parseEncoding(pattern: string): Encoding {
  const tokens = pattern.split(' ').map((token) => parseToken(token, pattern));
  const bits = tokens.reduce((sum, token) => sum + token.width, 0);
  if (bits !== 16 && bits !== 32) throw new Error(`Encoding of ${bits} bits: ${pattern}`);
  const length = bits === 16 ? 2 : 4;

  let mask = 0;
  let match = 0;
  const drafts = new Map<string, Draft>();
  let at = bits;
  for (const token of tokens) {
    at -= token.width;
    if (token.value !== undefined) {
      mask |= ((2 ** token.width - 1) << at) >>> 0;
      match |= (token.value << at) >>> 0;
      continue;
    }
    const draft = drafts.get(token.name) ?? draftOperand(token.name, length);
    drafts.set(token.name, { ...draft, excluded: [...draft.excluded, ...token.excluded] });
    let from = at + token.width;
    for (const [high, low] of token.ranges) {
      const width = high - low + 1;
      from -= width;
      draft.pieces.push({ from, width, to: low });
    }
  }
  const operands = [...drafts.values()].map((draft): Operand => {
    const top = Math.max(...draft.pieces.map((piece) => piece.to + piece.width));
    return { ...draft, signShift: SIGNED.has(draft.name) ? 32 - top : 0 };
  });
  return { length, mask: mask >>> 0, match: match >>> 0, operands };
}

interface Token {
  readonly name: string;
  readonly width: number;
  readonly value: number | undefined;
  readonly ranges: readonly (readonly [number, number])[];
  readonly excluded: readonly number[];
}

function parseToken(token: string, pattern: string): Token {
  if (/^[01]+$/.test(token)) {
    return { name: '', width: token.length, value: Number.parseInt(token, 2), ranges: [], excluded: [] };
  }
  const { name, bits, excluded } = TOKEN.exec(token)?.groups ?? {};
  if (name === undefined) throw new Error(`Cannot read "${token}" in encoding: ${pattern}`);
  const ranges =
    bits === undefined
      ? [[(WIDTH_OF[name] ?? (name.includes("'") ? 3 : 5)) - 1, 0] as const]
      : bits.split('|').map((range) => {
          const [high = 0, low = high] = range.split(':').map(Number);
          return [high, low] as const;
        });
  return {
    name,
    width: ranges.reduce((sum, [high, low]) => sum + high - low + 1, 0),
    value: undefined,
    ranges,
    excluded: excluded === undefined ? [] : excluded.split(',').map(Number),
  };
}

function draftOperand(name: string, length: 2 | 4): Draft {
  const pieces: Piece[] = [];
  const immediate = length === 2 && name === 'uimm' ? 'imm' : FIELD_OF_IMMEDIATE[name];
  if (immediate !== undefined) {
    const excluded = name.startsWith('nz') ? [0] : [];
    return { name, fields: [immediate], kind: 'immediate', pieces, bias: 0, excluded };
  }
  const parts = name.replaceAll("'", '').split('/');
  const bias = name.includes("'") ? 8 : 0;
  if (parts.every((part) => INTEGER_REGISTER.test(part))) {
    return { name, fields: parts as FieldName[], kind: 'integer register', pieces, bias, excluded: [] };
  }
  if (parts.every((part) => FLOAT_REGISTER.test(part))) {
    return { name, fields: parts as FieldName[], kind: 'float register', pieces, bias, excluded: [] };
  }
  const fields: FieldName[] = name === 'rm' ? ['rm'] : [];
  return { name, fields, kind: 'other', pieces, bias, excluded: [] };
}

/** The value of an operand in an instruction word; signed operands within int32. */
export function extract(operand: Operand, word: number): number {
  let value = 0;
  for (const { from, width, to } of operand.pieces) value |= ((word >>> from) & ((1 << width) - 1)) << to;
  const { signShift } = operand;
  return ((value << signShift) >> signShift) + operand.bias;
}

/** Whether the word is this instruction. */
export function matches(encoding: Encoding, word: number): boolean {
  if ((word & encoding.mask) >>> 0 !== encoding.match) return false;
  for (const operand of encoding.operands) {
    if (operand.excluded.length > 0 && operand.excluded.includes(extract(operand, word))) return false;
  }
  return true;
}
