/**
 * Floating point in compiled code, bit for bit what the interpreter makes of it, flags included: all operations on all that is
 * special, and on what rounds, under- and overflows; with NX set before, which opens the fast path, and without.
 */
import { describe, expect, test } from 'vitest';
import { addi, asm, csrrw, ld, sd } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, RAM } from '../../../../tests/fixtures/bare-hart.ts';
import { CSR, MSTATUS } from '../isa/csr.ts';

const OPERANDS = RAM + 0x8_0000n;
const RESULTS = RAM + 0x20_0000n;
const TRIPLE = 24;
const RESULT = 16;

const SIGN = 1n << 63n;
const MAGNITUDES = [
  0n,
  1n,
  0x000f_ffff_ffff_ffffn, // the largest subnormal
  0x0010_0000_0000_0000n, // the smallest normal
  0x0020_0000_0000_0001n,
  0x1fff_ffff_ffff_ffffn,
  0x3ca0_0000_0000_0001n, // 2^-53
  0x3fe0_0000_0000_0000n,
  0x3ff0_0000_0000_0000n,
  0x3ff0_0000_0000_0001n,
  0x5fff_ffff_ffff_ffffn, // its square is nearly the largest
  0x7fef_ffff_ffff_ffffn,
  0x7ff0_0000_0000_0000n,
  0x7ff0_0000_0000_0001n, // signalling
  0x7ff8_0000_0000_00ffn, // a quiet NaN that is not the canonical one
];
const VALUES = [...MAGNITUDES, ...MAGNITUDES.map((bits) => bits | SIGN)];

const d = (name: string) => (rm: number) => asm(name, { fd: 4, fs1: 1, fs2: 2, rm });
const fused = (name: string) => (rm: number) => asm(name, { fd: 4, fs1: 1, fs2: 2, fs3: 3, rm });
const exact = (name: string) => () => asm(name, { fd: 4, fs1: 1, fs2: 2 });
const compare = (name: string) => () => asm(name, { rd: 11, fs1: 1, fs2: 2 });
const OPERATIONS: Readonly<Record<string, (rm: number) => number>> = {
  'fadd.d': d('fadd.d'),
  'fsub.d': d('fsub.d'),
  'fmul.d': d('fmul.d'),
  'fdiv.d': d('fdiv.d'),
  'fsqrt.d': (rm) => asm('fsqrt.d', { fd: 4, fs1: 1, rm }),
  'fmadd.d': fused('fmadd.d'),
  'fmsub.d': fused('fmsub.d'),
  'fnmadd.d': fused('fnmadd.d'),
  'fnmsub.d': fused('fnmsub.d'),
  'fmin.d': exact('fmin.d'),
  'fmax.d': exact('fmax.d'),
  'fsgnj.d': exact('fsgnj.d'),
  'fsgnjn.d': exact('fsgnjn.d'),
  'fsgnjx.d': exact('fsgnjx.d'),
  'feq.d': compare('feq.d'),
  'flt.d': compare('flt.d'),
  'fle.d': compare('fle.d'),
  'fcvt.w.d': (rm) => asm('fcvt.w.d', { rd: 11, fs1: 1, rm }),
  'fcvt.s.d': (rm) => asm('fcvt.s.d', { fd: 4, fs1: 1, rm }),
  'fadd.s': d('fadd.s'),
  'fmul.s': d('fmul.s'),
};
const DYNAMIC = 7;

/** The results of an operation on all triples, with the flags of each; and how much was done by compiled code. */
function resultsOf(
  word: number,
  before: number,
  frm: number,
  compileAt: number,
): { results: Buffer; compiled: number } {
  const m = new BareHart({ ramSize: 8 << 20, compileAt });
  m.setStatus(MSTATUS.FS);
  const triples: bigint[] = [];
  // All pairs, each with some third
  VALUES.forEach((a, i) => {
    VALUES.forEach((b, k) => {
      for (let j = 0; j < 3; j++) triples.push(a, b, VALUES[(7 * i + 11 * k + 13 * j) % VALUES.length]!);
    });
  });
  for (const [i, value] of triples.entries()) m.write64(OPERANDS + 8n * BigInt(i), value);
  m.program(
    ...[0, 1, 2].map((i) => asm('fld', { fd: 1 + i, rs1: 5, imm: 8 * i })),
    ld(11, 0, 5),
    csrrw(0, CSR.fcsr, 8),
    word,
    asm('csrrs', { rd: 10, csr: CSR.fflags, rs1: 0 }),
    asm('fmv.x.d', { rd: 12, fs1: 4 }),
    asm('xor', { rd: 12, rs1: 12, rs2: 11 }),
    sd(12, 0, 6),
    sd(10, 8, 6),
    addi(5, 5, TRIPLE),
    addi(6, 6, RESULT),
    asm('bne', { rs1: 5, rs2: 7, imm: -4 * 13 }),
  );
  const count = triples.length / 3;
  m.hart.setX(5, OPERANDS);
  m.hart.setX(6, RESULTS);
  m.hart.setX(7, OPERANDS + BigInt(count * TRIPLE));
  m.hart.setX(8, BigInt((frm << 5) | before));
  m.run(14 * count);
  const results = Buffer.from(new Uint8Array(m.memory.buffer, m.hostAddress(RESULTS), count * RESULT));
  return { results, compiled: Number(m.hart.get('compiledSteps')) / m.steps };
}

describe.each([
  ['with NX set', 1, 0],
  ['with no flag set', 0, 0],
  ['with NX set, rounding towards zero', 1, 1],
])('%s', (_, before, frm) => {
  test.each(Object.entries(OPERATIONS))('%s', (_name, wordOf) => {
    for (const rm of [0, DYNAMIC]) {
      const interpreted = resultsOf(wordOf(rm), before, frm, 0);
      const compiled = resultsOf(wordOf(rm), before, frm, 1);
      expect(compiled.compiled).toBeGreaterThan(0.9);
      expect(compiled.results.equals(interpreted.results)).toBe(true);
    }
  });
});
