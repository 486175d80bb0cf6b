/** Writes instructions as GNU objdump does: with `-M no-aliases` by default, with its commonest aliases on request. */

import { ALIASES } from './aliases.ts';
import { CSR } from './csr.ts';
import { type Decoded, decode, lengthOf, SLOT } from './decode.ts';
import { F_NAMES, X_NAMES } from './registers.ts';

export interface DisassembleOptions {
  /** Write `li`, `ret`, ... and what compressed instructions expand to, where these are clearer. Default: false. */
  readonly aliases?: boolean;
}

/**
 * The text of one instruction, mnemonic and operands apart by a space. Targets of jumps are absolute: `pc` is the
 * address of the instruction. What is no instruction is written as data.
 */
export function disassemble(word: number, pc: bigint, { aliases = false }: DisassembleOptions = {}): string {
  const decoded = decode(word);
  if (decoded === undefined) return asData(word);
  const { insn } = decoded;
  if (aliases) {
    const alias = ALIASES.get(insn.name)?.find(({ when }) => when.every(([slot, value]) => decoded[slot] === value));
    if (alias !== undefined) return written(alias.name, alias.syntax, decoded, word, pc);
    return written(insn.name + suffix(decoded, word), insn.syntax, decoded, word, pc);
  }
  const { name, syntax } = decoded.compressed ?? insn;
  return written(name + suffix(decoded, word), syntax, decoded, word, pc);
}

function asData(word: number): string {
  const [directive, digits, value] = lengthOf(word) === 2 ? ['.2byte', 4, word & 0xffff] : ['.4byte', 8, word >>> 0];
  return `${directive} 0x${value.toString(16).padStart(digits, '0')}`;
}

function written(mnemonic: string, syntax: string, decoded: Decoded, word: number, pc: bigint): string {
  const operands = syntax
    .split(', ')
    .filter((operand) => !(operand in OMITTED_MODE) || decoded.rm !== OMITTED_MODE[operand])
    .map((operand) => (operand in OMITTED_MODE ? 'rm' : operand))
    .map((operand) => operand.replace(/hi\([a-z]+\)|pc\+imm|[a-z0-9'/]+/g, (item) => value(item, decoded, word, pc)))
    .join(',');
  return operands === '' ? mnemonic : `${mnemonic} ${operands}`;
}

// Ordering bits of atomics; they lie outside what semantics sees.
const AQ = 1 << 26;
const RL = 1 << 25;
const ORDERING = { none: '', aq: '.aq', rl: '.rl', both: '.aqrl' } as const;

function suffix({ insn }: Decoded, word: number): string {
  if (insn.extension !== 'A') return '';
  const aq = (word & AQ) !== 0;
  const rl = (word & RL) !== 0;
  return ORDERING[aq && rl ? 'both' : aq ? 'aq' : rl ? 'rl' : 'none'];
}

/** The rounding mode that assemblers add when none is written: exact conversions have another than the rest. */
const OMITTED_MODE: Readonly<Record<string, number>> = { rm: 7, 'rm=rne': 0 };
const ROUNDING_MODES = ['rne', 'rtz', 'rdn', 'rup', 'rmm', 'unknown', 'unknown', 'dyn'];

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
const INTEGER = /^(rd|rs1|rs2)/;
const FLOAT = /^(fd|fs1|fs2|fs3)/;

/** Writes one item of a syntax; what it does not know stands for itself (`sp`). */
function value(item: string, decoded: Decoded, word: number, pc: bigint): string {
  const [first = ''] = item.replaceAll("'", '').split('/');
  if (INTEGER.test(first) || FLOAT.test(first)) {
    const names = INTEGER.test(first) ? X_NAMES : F_NAMES;
    return names[decoded[SLOT[first as keyof typeof SLOT]]] ?? '';
  }
  switch (item) {
    case 'pc+imm':
      return hex(BigInt.asUintN(64, pc + BigInt(decoded.imm)));
    case 'hi(imm)':
    case 'hi(nzimm)':
      return hex((decoded.imm >>> 12) & 0xfffff);
    case 'shamt':
      return hex(decoded.imm);
    case 'imm':
    case 'nzimm':
    case 'nzuimm':
      return String(decoded.imm);
    case 'uimm':
      return String(decoded.compressed === undefined ? decoded.uimm : decoded.imm);
    case 'csr':
      return csrName(decoded.csr);
    case 'rm':
      return ROUNDING_MODES[decoded.rm] ?? '';
    case 'pred':
      return fenceSet(word >>> 24);
    case 'succ':
      return fenceSet(word >>> 20);
    default:
      return item;
  }
}

/** Input, output, reads, writes: from bit 3 down. */
function fenceSet(bits: number): string {
  const set = [...'iorw'].filter((_, i) => ((bits >> (3 - i)) & 1) === 1).join('');
  return set === '' ? 'unknown' : set;
}

// Names of CSRs that come in rows are formed from the first: pmpaddr0 to pmpaddr63.
const CSR_ROWS = [
  { name: 'pmpcfg', from: 0, first: CSR.pmpcfg0, count: 16 },
  { name: 'pmpaddr', from: 0, first: CSR.pmpaddr0, count: 64 },
  { name: 'mhpmcounter', from: 3, first: CSR.mhpmcounter3, count: 29 },
  { name: 'mhpmevent', from: 3, first: CSR.mhpmevent3, count: 29 },
  { name: 'hpmcounter', from: 3, first: CSR.hpmcounter3, count: 29 },
] as const;

const CSR_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  ...CSR_ROWS.flatMap(({ name, from, first, count }) =>
    Array.from({ length: count }, (_, i): [number, string] => [first + i, `${name}${from + i}`]),
  ),
  ...Object.entries(CSR).map(([name, number]): [number, string] => [number, name]),
]);

/** The name of a CSR, or its number in hexadecimal where it has none here. */
export function csrName(number: number): string {
  return CSR_NAMES.get(number) ?? hex(number);
}
