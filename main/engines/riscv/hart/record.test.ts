import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode } from '../isa/decode.ts';
import { encode, type OperandValues } from '../isa/encode.ts';
import { extract, type FieldName, type Operand } from '../isa/encoding.ts';
import type { Compressed, Instruction } from '../isa/instruction.ts';
import { BY_NAME, COMPRESSED, INSTRUCTIONS } from '../isa/table.ts';
import { MAX_HARTS, PAGE_SIZE, RECORD_SCALE_SHIFT, REGISTER, registersOf } from '../memory/layout.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { i32, i64 } from '../wasm/ops.ts';
import { isInline } from './loop.ts';
import { JUMPS, nearOpOf, OP, OP_COUNT, opOf, writeRecord } from './record.ts';
import { recordFields } from './values.ts';

/** The last hart: its registers have the highest addresses. */
const REGISTERS = registersOf(MAX_HARTS - 1);
const RECORD_AT = 64;
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const halves = new Uint16Array(memory.buffer);
const readers = buildReaders();

const REGISTER_FIELDS: readonly FieldName[] = ['rd', 'rs1', 'rs2', 'fd', 'fs1', 'fs2', 'fs3'];
const isRegister = (field: FieldName): field is 'rd' | 'rs1' | 'rs2' | 'fd' | 'fs1' | 'fs2' | 'fs3' =>
  REGISTER_FIELDS.includes(field);

/** For each instruction and each of its operands a function that reads it as the generated handlers do. */
function buildReaders(): Map<string, () => bigint | number> {
  const module = new ModuleBuilder();
  module.importSharedMemory('host', 'memory', 1);
  const names: string[] = [];
  for (const insn of INSTRUCTIONS) {
    for (const field of insn.fields) {
      const fields = recordFields(insn, i32.const(RECORD_AT), i32.const(REGISTERS));
      const value = ['imm', 'uimm', 'csr', 'rm'].includes(field)
        ? fields[field as 'imm']
        : i64.extendI32U(fields[field as 'rd']);
      const name = `${insn.name} ${field}`;
      names.push(name);
      module.exportFunction(
        name,
        module.define([], ['i64'], (f) => f.result(value)),
      );
    }
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.encode()), { host: { memory } });
  return new Map(names.map((name) => [name, instance.exports[name] as () => bigint]));
}

/** Where a register is to be read or written. */
function addressOf(field: FieldName, number: number): number {
  if (field.startsWith('f')) return REGISTERS + REGISTER.f + 8 * number;
  if (field === 'rd' && number === 0) return REGISTERS + REGISTER.sink;
  return REGISTERS + REGISTER.x + 8 * number;
}

/** Random values for the operands of a row, as its encoding can hold them. */
function operandsOf(row: Instruction | Compressed): fc.Arbitrary<OperandValues> {
  const values = Object.fromEntries(
    row.operands
      .filter((operand) => operand.fields.length > 0)
      .map((operand) => [operand.fields[0] as string, someValueOf(operand)]),
  );
  return fc.record(values) as fc.Arbitrary<OperandValues>;
}

function someValueOf(operand: Operand): fc.Arbitrary<number> {
  return fc
    .oneof(fc.constant(0), fc.constant(0xffff_ffff), fc.nat(0xffff_ffff))
    .map((word) => extract(operand, word))
    .filter((value) => !operand.excluded.includes(value));
}

/** Writes the record of a word, and yields its op. */
function record(word: number, pageOffset: number): number {
  halves.fill(0xdead, RECORD_AT >> 1, (RECORD_AT >> 1) + 4);
  writeRecord(halves, RECORD_AT >> 1, decode(word), word, pageOffset, REGISTERS);
  return halves[RECORD_AT >> 1] as number;
}

/** Expects that handlers of `insn` read what `word` says, from a record written for `pageOffset`. */
function expectFields(word: number, pageOffset: number): void {
  const decoded = decode(word);
  if (decoded === undefined) throw new Error(`${word.toString(16)} is no instruction`);
  const { insn, imm, uimm, csr, rm, rd, rs1, rs2, rs3 } = decoded;
  const numbers = { rd, fd: rd, rs1, fs1: rs1, rs2, fs2: rs2, fs3: rs3 };
  const op = record(word, pageOffset);
  const target = pageOffset + imm;
  const near = nearOpOf(insn) !== undefined && target >= 0 && target < PAGE_SIZE;
  expect(op).toBe((near ? (nearOpOf(insn) as number) : opOf(insn)) + (decoded.length === 2 ? 1 : 0));
  for (const field of insn.fields) {
    const expected = isRegister(field)
      ? addressOf(field, numbers[field])
      : { imm: near ? imm * 2 ** RECORD_SCALE_SHIFT : imm, uimm, csr, rm }[field as 'imm'];
    expect(readers.get(`${insn.name} ${field}`)?.(), `${insn.name} ${field}`).toBe(BigInt(expected));
  }
}

describe('records hold every operand of', () => {
  const offsets = fc.nat(PAGE_SIZE / 2 - 1).map((half) => 2 * half);

  test.each(INSTRUCTIONS.map((insn) => [insn.name, insn] as const))('%s', (_, insn) => {
    fc.assert(
      fc.property(operandsOf(insn), offsets, (values, offset) => expectFields(encode(insn, values), offset)),
      { numRuns: 50 },
    );
  });

  test.each(COMPRESSED.map((row) => [row.name, row] as const))('%s', (_, row) => {
    fc.assert(
      fc.property(operandsOf(row), offsets, (values, offset) => expectFields(encode(row, values), offset)),
      { numRuns: 50 },
    );
  });
});

describe('jumps within their page', () => {
  test.each([
    ['beq', 4094, -4094, true],
    ['beq', 0, 4094, true],
    ['beq', 2, 4094, false],
    ['beq', 0, -2, false],
    ['bgeu', 4092, -4092, true],
    ['jal', 4094, -4094, true],
    ['jal', 0, 4094, true],
    ['jal', 0, 4096, false],
    ['jal', 4094, 2, false],
    ['jal', 0, -0x10_0000, false],
    ['jal', 100, 0, true],
  ])('%s at %i by %i: %s', (name, offset, imm, near) => {
    const insn = BY_NAME.get(name) as Instruction;
    const word = encode(insn, { imm });
    expectFields(word, offset);
    expect(record(word, offset) === nearOpOf(insn)).toBe(near);
  });
});

test.each([
  [0xffff_ffff, OP.illegal],
  [0x0000_0000, OP.illegal + 1],
  // Only the low half counts
  [0xffff_0000, OP.illegal + 1],
])('%i is illegal, by its length', (word, op) => {
  expect(record(word, 0)).toBe(op);
});

describe('ops', () => {
  test('are one to one, in pairs, and within OP_COUNT', () => {
    const ops = [...INSTRUCTIONS.map(opOf), ...JUMPS.map((insn) => nearOpOf(insn) as number)];
    expect(ops.every((op) => op % 2 === 0 && op >= OP.first && op + 1 < OP_COUNT)).toBe(true);
    expect(new Set(ops).size).toBe(ops.length);
    expect(Math.max(...ops) + 2).toBe(OP_COUNT);
    expect(OP_COUNT).toBeLessThanOrEqual(0x1_0000);
  });

  test('near ones exist for instructions that the loop holds itself, as no cold function knows them', () => {
    expect(JUMPS.map((insn) => insn.name)).toEqual(['jal', 'beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu']);
    expect(JUMPS.every(isInline)).toBe(true);
  });
});
