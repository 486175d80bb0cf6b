import { expect, test } from 'vitest';
import { addi, asm } from '../../../../tests/fixtures/assemble.ts';
import { debugMachine, START } from '../../../../tests/fixtures/debug-machine.ts';
import { list, listFile } from './listing.ts';
import { trace } from './trace.ts';

const T0 = 5;
const T1 = 6;
const A0 = 10;
/** Stores `value`, whose low 12 bits are below 0x800, to the word at `page` << 12. */
const storeTo = (page: number, value: number) => [
  asm('lui', { rd: T0, imm: page << 12 }),
  asm('lui', { rd: T1, imm: value & ~0xfff }),
  addi(T1, T1, value & 0xfff),
  asm('sw', { rs2: T1, rs1: T0, imm: 0 }),
];
const COUNT = [addi(A0, A0, 1), asm('jal', { rd: 0, imm: -4 })];

test('a breakpoint is reached at full speed, left, and reached again', () => {
  const machine = debugMachine(COUNT);
  machine.breakpoints.add(START + 4n);
  for (let round = 1; round <= 3; round++) {
    expect(machine.run(1000, round > 1)).toEqual({ kind: 'breakpoint', hart: 0 });
    expect([machine.harts[0]?.x(A0), machine.executed]).toEqual([BigInt(round), 2 * round - 1]);
  }
  machine.breakpoints.delete(START + 4n);
  expect(machine.run(1000, true)).toBeUndefined();
});

test('a step at a breakpoint executes what is there', () => {
  const machine = debugMachine(COUNT);
  machine.breakpoints.add(START);
  expect(machine.step(0)).toEqual({ kind: 'step', hart: 0 });
  expect(machine.harts[0]?.x(A0)).toBe(1n);
});

test('one hart runs for exactly as many instructions as it is given', () => {
  const machine = debugMachine(COUNT);
  machine.run(12_345, false);
  expect(machine.executed).toBe(12_345);
});

test('all harts take part', () => {
  const machine = debugMachine(COUNT, { harts: 3, clock: 'wall' });
  machine.run(10_000, false);
  for (const hart of machine.harts) expect(hart.x(A0)).toBeGreaterThan(4000n);
});

test('the finisher ends the machine, or starts it again', () => {
  // 0x3333 with code 2: its low 12 bits are 0x333.
  expect(debugMachine(storeTo(0x100, 0x2_3333)).run(1000, false)).toEqual({ kind: 'powered-off', code: 2 });
  const again = debugMachine([addi(A0, A0, 1), ...storeTo(0x100, 0x7777)]);
  for (let i = 0; i < 5; i++) again.step(0);
  expect([again.harts[0]?.get('pc'), again.harts[0]?.x(A0)]).toEqual([START, 0n]);
});

test('a machine that waits for what never comes says so', () => {
  expect(debugMachine([asm('wfi')]).run(10_000, false)).toBe(Number.POSITIVE_INFINITY);
});

test('output is not lost while it is not taken', () => {
  const taken: (() => void)[] = [];
  let written = 0;
  const putX = [
    asm('lui', { rd: T0, imm: 0x1000_0000 }),
    asm('sb', { rs1: T0, rs2: T1, imm: 0 }),
    asm('jal', { rd: 0, imm: -4 }),
  ];
  const machine = debugMachine(putX, {
    onOutput(bytes, done) {
      written += bytes.length;
      taken.push(done);
    },
  });
  while (machine.outputRoom) machine.run(100_000, false);
  const full = written;
  expect(machine.run(100_000, false)).toBe(1);
  expect(written).toBe(full);
  for (const done of taken) done();
  machine.run(1000, false);
  expect(written).toBeGreaterThan(full);
});

test('a trace shows what is executed and what it changed, from where it is wanted', async () => {
  const lines: string[] = [];
  const options = { skip: 3, from: START, count: 3 };
  await trace(
    debugMachine(COUNT),
    options,
    (line) => lines.push(line),
    async () => {},
  );
  expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    'M 80000000: 00150513 addi a0,a0,1 # a0=0x3',
    'M 80000004: ffdff06f j 0x80000000',
    'M 80000000: 00150513 addi a0,a0,1 # a0=0x4',
  ]);
});

test('a trace ends with the machine', async () => {
  const machine = debugMachine(storeTo(0x100, 0x5555));
  const stop = await trace(
    machine,
    { skip: 0, from: undefined, count: 100 },
    () => {},
    async () => {},
  );
  expect(stop).toEqual({ kind: 'powered-off', code: 0 });
});

test('a listing knows lengths, and where it is to begin and end', () => {
  const bytes = Uint8Array.of(0x01, 0x00, 0x13, 0x05, 0x15, 0x00, 0x82, 0x80, 0x13);
  expect([...list(bytes, 0x1000n)].map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    '1000: 0001 nop',
    '1002: 00150513 addi a0,a0,1',
    '1006: 8082 ret',
  ]);
  const from = [...listFile(bytes, 'bytes', { base: 0x1000n, from: 0x1002n, count: 1 })];
  expect(from).toHaveLength(1);
  expect(from[0]).toMatch(/^1002: {2}00150513/);
});
