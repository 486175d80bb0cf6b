// The instruction tables, decoder and disassembler against GNU binutils: what we write it must assemble to the same
// word, what is legal and how it reads must be the same for both.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ALIASES } from '../../main/engines/riscv/isa/aliases.ts';
import { decode } from '../../main/engines/riscv/isa/decode.ts';
import { disassemble } from '../../main/engines/riscv/isa/disassemble.ts';
import { encode } from '../../main/engines/riscv/isa/encode.ts';
import type { Compressed, Instruction } from '../../main/engines/riscv/isa/instruction.ts';
import { BY_NAME, COMPRESSED, INSTRUCTIONS } from '../../main/engines/riscv/isa/table.ts';
import { assemble, binutilsMissing, objdump } from '../fixtures/binutils.ts';

if (binutilsMissing !== undefined) console.warn(`SKIPPED assembler: ${binutilsMissing}`);
const why = binutilsMissing === undefined ? '' : `: ${binutilsMissing}`;

const SEED = 20_251_124;
const WORDS_PER_ROW = 40;
const RANDOM_WORDS = 40_000;
const WORD = fc.integer({ min: 0, max: 0xffff_ffff });

type Row = Instruction | Compressed;
const ROWS: readonly Row[] = [...INSTRUCTIONS, ...COMPRESSED];
const words = (count: number, seed: number): readonly number[] => fc.sample(WORD, { numRuns: count, seed });
const hex = (word: number): string => `0x${word.toString(16)}`;

/** Leaves the reserved fields of FENCE at zero. */
const FENCE_USED = 0x0ff0_707f;

/** Random encodings of one row. */
function wordsOf(row: Row, seed: number): readonly number[] {
  const free = row.length === 2 ? 0xffff & ~row.mask : ~row.mask;
  const made = words(WORDS_PER_ROW, seed).map((noise) => ((noise & free) | row.match) >>> 0);
  const plain = row.name === 'fence' ? made.map((word) => word & FENCE_USED) : [];
  return [...new Set([...made, ...plain])].filter((word) => {
    const decoded = decode(word);
    return decoded !== undefined && (decoded.compressed ?? decoded.insn) === row;
  });
}
const WORDS_OF_ROWS: readonly (readonly [Row, number])[] = ROWS.flatMap((row, i) =>
  wordsOf(row, SEED + i).map((word) => [row, word] as const),
);
/** Those of 32 bits, for the longer ones that end in 11111 are not binutils' to print. */
const isWord = (word: number): boolean => (word & 3) === 3 && (word & 0x1f) !== 0x1f;

// ---- Where binutils 2.40 and the specification, or our scope, differ -------------------------------------------------

const field = (word: number, from: number, width: number): number => (word >>> from) & (2 ** width - 1);

/** Legal, though binutils does not say so. */
function onlyOurs(word: number): boolean {
  const decoded = decode(word);
  switch (decoded?.insn.name) {
    case 'czero.eqz':
    case 'czero.nez':
      return true; // Zicond is younger than binutils 2.40.
    case 'fence':
      // Reserved combinations execute as FENCE; binutils knows none with fm, rs1 or rd.
      return field(word, 28, 4) !== 0 || decoded.rd !== 0 || decoded.rs1 !== 0;
    case 'fence.i':
      return decoded.rd !== 0 || decoded.rs1 !== 0 || decoded.imm !== 0; // Reserved and ignored.
    case 'fcvt.d.s':
    case 'fcvt.d.w':
    case 'fcvt.d.wu':
      return decoded.rm !== 0; // They are exact, but have rm like the rest; binutils knows them with RNE only.
    default:
      return false;
  }
}

/** Illegal here: what binutils has from withdrawn or absent extensions, and one reserved encoding. */
const ONLY_THEIRS = new Set(['uret', 'hret', 'dret', 'sfence.vm', 'c.addi16sp sp,0']);

/** Our text as binutils writes the same. */
function asTheirs(text: string, theirs: string): string {
  // HINTs have names of their own there.
  if (text.startsWith('c.nop')) return text.replace('c.nop', 'c.addi zero,').replace(', ', ',');
  const shiftByNone = /^(c\.s[lr][la]i) (.*),0x0$/.exec(text);
  if (shiftByNone) return `${shiftByNone[1]}64 ${shiftByNone[2]}`;
  // CSRs of extensions that we lack have no name here.
  const unnamed = /^(csrr[a-z]+ [a-z0-9]+),0x[0-9a-f]+,/.exec(text);
  if (unnamed) return text.replace(/,0x[0-9a-f]+,/, `,${theirs.split(',')[1]},`);
  return text;
}

/** Compares both disassemblers over words that lie one behind the other from address 0. */
function differences(list: readonly number[]): readonly string[] {
  const theirs = objdump(list);
  let pc = 0n;
  return list.flatMap((word, i) => {
    const decoded = decode(word);
    const text = disassemble(word, pc);
    pc += (word & 3) === 3 ? 4n : 2n;
    const other = theirs[i];
    if (decoded === undefined) {
      const agreed = other === undefined || ONLY_THEIRS.has(other.split(' ')[0] ?? '') || ONLY_THEIRS.has(other);
      return agreed ? [] : [`${hex(word)} is illegal here, there "${other}"`];
    }
    if (other === undefined) return onlyOurs(word) ? [] : [`${hex(word)} is illegal there, here "${text}"`];
    return asTheirs(text, other) === other ? [] : [`${hex(word)} is "${text}" here, "${other}" there`];
  });
}

// ---- Assembling what we write ----------------------------------------------------------------------------------------

/** Whether binutils accepts our text and can only mean this word by it. */
function canBeAssembled(row: Row, word: number): boolean {
  const decoded = decode(word);
  if (decoded === undefined || onlyOurs(word)) return false;
  if (decoded.insn.name === 'fence') return field(word, 24, 4) !== 0 && field(word, 20, 4) !== 0;
  if (decoded.rm === 5 || decoded.rm === 6) return false;
  // HINTs among the compressed ones.
  return row.length === 4 || !(/^c\.(s[lr][la]i|addi|nop)$/.test(row.name) && decoded.imm === 0);
}

function sourceLine(row: Row, word: number): string {
  // A target is written relative to the line, for assemblers place it anywhere.
  const text = row.syntax.endsWith('pc+imm')
    ? disassemble(word, 0n).replace(/0x[0-9a-f]+$/, (target) => `.+(${BigInt.asIntN(64, BigInt(target))})`)
    : disassemble(word, 0n);
  return row.length === 2 ? `.option rvc\n${text}\n.option norvc` : text;
}

function readWords(code: Uint8Array): readonly number[] {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const found: number[] = [];
  for (let at = 0; at < code.byteLength; ) {
    const half = view.getUint16(at, true);
    const long = (half & 3) === 3;
    found.push(long ? view.getUint32(at, true) : half);
    at += long ? 4 : 2;
  }
  return found;
}

describe.skipIf(binutilsMissing !== undefined)(`the instruction tables against binutils${why}`, () => {
  test('every mnemonic is assembled to the word from which we wrote it', () => {
    const tried = WORDS_OF_ROWS.filter(([row, word]) => canBeAssembled(row, word));
    const names = new Set(tried.map(([row]) => row.name));
    expect(ROWS.map(({ name }) => name).filter((name) => !names.has(name))).toEqual(['czero.eqz', 'czero.nez']);

    const assembled = readWords(assemble(tried.map(([row, word]) => sourceLine(row, word))));
    expect(assembled.length).toBe(tried.length);
    const wrong = tried.flatMap(([row, word], i) =>
      assembled[i] === word ? [] : [`${sourceLine(row, word)}: ${hex(word)} here, ${hex(assembled[i] ?? 0)} there`],
    );
    expect(wrong).toEqual([]);
  });

  test('Zicond has the opcode, funct3 and funct7 of the specification', () => {
    const code = assemble(['.insn r 0x33, 5, 7, a0, a1, a2', '.insn r 0x33, 7, 7, s2, s3, s4']);
    expect(readWords(code).map((word) => disassemble(word, 0n))).toEqual(['czero.eqz a0,a1,a2', 'czero.nez s2,s3,s4']);
  });

  test('every mnemonic reads the same', () => {
    expect(differences(WORDS_OF_ROWS.map(([, word]) => word))).toEqual([]);
  });

  test('all halfwords', () => {
    const all = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => (half & 3) !== 3);
    expect(differences(all)).toEqual([]);
  });

  test('random words', () => {
    expect(
      differences(
        words(RANDOM_WORDS, SEED)
          .map((word) => (word | 3) >>> 0)
          .filter(isWord),
      ),
    ).toEqual([]);
  });

  test('words one bit away from an instruction', () => {
    const near = words(RANDOM_WORDS, SEED + 1).map((noise, i) => {
      const insn = INSTRUCTIONS[i % INSTRUCTIONS.length];
      if (insn === undefined) throw new Error('the table is empty');
      const flipped = 1 << (2 + (Math.trunc(i / INSTRUCTIONS.length) % 30));
      return (((noise & ~insn.mask) | insn.match) ^ flipped) >>> 0;
    });
    expect(differences(near.filter(isWord))).toEqual([]);
  });

  test('aliases read the same', () => {
    const list = [...ALIASES.values()].flat().flatMap((alias) => {
      // MV of C is ADD; binutils calls only the compressed one so.
      const row = alias.base === 'add' ? COMPRESSED.find(({ name }) => name === 'c.mv') : BY_NAME.get(alias.base);
      if (row === undefined) throw new Error(`${alias.base} does not exist`);
      const when = alias.base === 'add' ? {} : Object.fromEntries(alias.when);
      const others = {
        rd: 10,
        rs1: 11,
        rs2: 12,
        csr: 0x300,
        uimm: 7,
        imm: row.operands.some(({ name }) => name === 'imm') ? 64 : 0,
      };
      return [[alias, encode(row, { ...others, ...when })] as const];
    });
    const theirs = objdump(
      list.map(([, word]) => word),
      { aliases: true },
    );
    let pc = 0n;
    const pairs = list.map(([alias, word], i) => {
      const text = disassemble(word, pc, { aliases: true });
      pc += (word & 3) === 3 ? 4n : 2n;
      // Binutils writes CSRW for CSRWI too.
      return { alias: alias.name, here: text.replace(/^(csr[wsc])i /, '$1 '), there: theirs[i] };
    });
    expect(pairs.map(({ alias, here }) => [alias, here])).toEqual(pairs.map(({ alias, there }) => [alias, there]));
    for (const { alias, here } of pairs) expect(here.split(' ')[0]).toBe(alias.replace(/^(csr[wsc])i$/, '$1'));
  });
});
