/**
 * What regions are compiled to, as text: a change of the generator shows in the difference of these files, to be read before it is
 * accepted. `INN_ACCEPT=1 npm test -- unit tests/golden.test.ts` writes them anew.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import wabtModule from 'wabt';
import { disassemble } from '../main/engines/riscv/isa/disassemble.ts';
import { compileRegions } from '../main/engines/riscv/jit/compile.ts';
import { PAGE_SIZE } from '../main/engines/riscv/memory/layout.ts';
import { addi, asm, csrrw, ECALL, ld, sd } from './fixtures/assemble.ts';
import { ProgramBuilder } from './fixtures/program-builder.ts';

const FOLDER = fileURLToPath(new URL('./golden/', import.meta.url));
const ACCEPT = process.env.INN_ACCEPT === '1';
const BUDGET = 200;
const SSCRATCH = 0x140;
const FRM = 0x002;

const ret = asm('jalr', { rd: 0, rs1: 1 });
const op = (name: string, rd: number, rs1: number, rs2: number) => asm(name, { rd, rs1, rs2 });
const double = (name: string, fd: number, fs1: number, fs2: number, rm = 7) => asm(name, { fd, fs1, fs2, rm });

/** Each program begins at the start of a page, which is the root of its region. */
const PROGRAMS: Readonly<Record<string, (b: ProgramBuilder) => void>> = {
  'straight-line': (b) => {
    for (const word of [addi(10, 10, 1), op('sub', 11, 10, 12), op('addw', 11, 11, 10), addi(0, 11, 5), ret])
      b.word(word);
  },
  'constants-and-addresses': (b) => {
    b.op('lui', { rd: 10, imm: -4096 });
    b.op('auipc', { rd: 11, imm: 0x1000 });
    b.op('jal', { rd: 1, imm: 0x2000 });
  },
  'counting-loop': (b) => {
    b.label('head');
    b.word(addi(10, 10, -1));
    b.to('head', 'bne', { rs1: 10, rs2: 0 });
    b.word(ret);
  },
  'nested-loops': (b) => {
    b.label('outer');
    b.word(addi(11, 0, 8));
    b.label('inner');
    b.word(addi(11, 11, -1));
    b.to('inner', 'bne', { rs1: 11, rs2: 0 });
    b.word(addi(10, 10, -1));
    b.to('outer', 'bne', { rs1: 10, rs2: 0 });
    b.word(ret);
  },
  'if-else': (b) => {
    b.to('else', 'bltu', { rs1: 10, rs2: 11 });
    b.word(addi(12, 12, 1));
    b.to('end', 'jal');
    b.label('else');
    b.word(addi(12, 12, 2));
    b.label('end');
    b.word(ret);
  },
  // Entered at its head and in its middle: it begins with a dispatch
  'loop-with-two-heads': (b) => {
    b.to('middle', 'beq', { rs1: 10, rs2: 0 });
    b.label('head');
    b.word(addi(11, 11, 1));
    b.label('middle');
    b.word(addi(12, 12, 1));
    b.to('head', 'bne', { rs1: 12, rs2: 10 });
    b.word(ret);
  },
  // One look at the TLB, for there is nothing to be gained from keeping the translation
  load: (b) => {
    b.word(ld(11, 8, 10));
    b.word(ret);
  },
  // Translations of both bases are kept in locals
  'copying-loop': (b) => {
    b.label('head');
    b.word(ld(12, 0, 10));
    b.word(sd(12, 0, 11));
    b.word(addi(10, 10, 8));
    b.word(addi(11, 11, 8));
    b.to('head', 'bne', { rs1: 10, rs2: 13 });
    b.word(ret);
  },
  // A call ends the region
  'calls-and-returns': (b) => {
    b.to('function', 'jal', { rd: 1 });
    b.to('function', 'jal', { rd: 1 });
    b.word(addi(11, 11, 1));
    b.word(asm('jalr', { rd: 0, rs1: 5 }));
    b.label('function');
    b.word(addi(10, 10, 1));
    b.word(ret);
  },
  // The interpreter's functions are called in place
  'csr-and-amo': (b) => {
    b.word(csrrw(10, SSCRATCH, 11));
    b.word(asm('amoadd.w', { rd: 12, rs1: 13, rs2: 10 }));
    b.word(addi(12, 12, 1));
    b.word(ret);
  },
  'ends-at-an-ecall': (b) => {
    b.word(addi(17, 0, 64));
    b.word(ECALL);
    b.word(ret);
  },
  'division-and-high-product': (b) => {
    for (const name of ['div', 'remu', 'mulhsu']) b.word(op(name, 10, 11, 12));
    b.word(ret);
  },
  doubles: (b) => {
    b.label('head');
    b.op('fld', { fd: 10, rs1: 10 });
    b.word(double('fmul.d', 11, 10, 12));
    b.word(double('fadd.d', 13, 13, 11, 0));
    b.op('fsgnjn.d', { fd: 14, fs1: 13, fs2: 13 });
    b.op('flt.d', { rd: 11, fs1: 14, fs2: 12 });
    b.word(csrrw(0, FRM, 12));
    b.to('head', 'bne', { rs1: 11, rs2: 0 });
    b.word(ret);
  },
  singles: (b) => {
    b.op('flw', { fd: 10, rs1: 10 });
    b.word(double('fadd.s', 11, 10, 12));
    b.op('fmax.s', { fd: 11, fs1: 11, fs2: 12 });
    b.op('fsw', { rs1: 10, fs2: 11, imm: 4 });
    b.word(ret);
  },
};

const wabt = await wabtModule();

/** The guest's instructions as comments, then the module. */
function compiled(define: (b: ProgramBuilder) => void): string {
  const b = new ProgramBuilder(0n);
  define(b);
  const bytes = new Uint8Array(PAGE_SIZE);
  bytes.set(b.finish());
  const executed = new Uint8Array(PAGE_SIZE / 2).fill(1, 0, b.size / 2);
  const result = compileRegions([{ page: { bytes, executed }, root: 0, budget: BUDGET }]);
  if (!result) throw new Error('There is nothing to compile');
  const module = wabt.readWasm(result.bytes, { threads: true, relaxed_simd: true, tail_call: true });
  const view = new DataView(bytes.buffer);
  const guest = Array.from(
    { length: b.size / 4 },
    (_, i) => `;; ${disassemble(view.getUint32(4 * i, true), BigInt(4 * i))}`,
  );
  return `${guest.join('\n')}\n${module.toText({ foldExprs: true })}`;
}

test.each(Object.entries(PROGRAMS))('%s', (name, define) => {
  const file = `${FOLDER}${name}.wat`;
  const text = compiled(define);
  if (ACCEPT) writeFileSync(file, text);
  expect(text, 'INN_ACCEPT=1 writes the files anew').toBe(readFileSync(file, 'utf8'));
});

test('there is no file without a program', () => {
  expect(readdirSync(FOLDER).sort()).toEqual(
    Object.keys(PROGRAMS)
      .map((name) => `${name}.wat`)
      .sort(),
  );
});
