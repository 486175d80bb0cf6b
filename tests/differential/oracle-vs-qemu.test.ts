/**
 * Random programs in the oracle and on QEMU's virt board: the same traps, registers and memory. So the instruction tables and
 * the oracle's reading of the specification are held against somebody else's.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decode } from '../../main/engines/riscv/isa/decode.ts';
import { COMPRESSED, INSTRUCTIONS } from '../../main/engines/riscv/isa/table.ts';
import { Oracle } from '../../main/engines/riscv/oracle/executor.ts';
import { explainLog, outputOf, RAM, RAM_BYTES } from '../fixtures/program-runtime.ts';
import { NOT_IN_QEMU, type ProgramOptions, type RandomProgram, randomProgram } from '../fixtures/random-program.ts';

const EMULATOR = 'qemu-system-riscv64';
const CPU = 'rv64,h=false,zba=true,zbb=true,zbc=true,zbs=true,svinval=true,svnapot=true,sstc=true';
const MOST_STEPS = 400_000;
/** Beside what QEMU lacks: instructions that end a program, wait, or trap for certain. */
const NOT_COMPARED = [...NOT_IN_QEMU, 'ebreak', 'c.ebreak', 'ecall', 'wfi'];

const missing = spawnSync(EMULATOR, ['--version']).status !== 0;
const skipReason = missing ? `${EMULATOR} not found (Debian: apt install qemu-system-misc)` : undefined;
if (skipReason !== undefined) console.warn(`SKIPPED oracle-vs-qemu: ${skipReason}`);

/** Names of instructions that some program has executed to their end. */
const executed = new Set<string>();

function runOracle({ image, finish }: RandomProgram): Uint8Array {
  const ram = new Uint8Array(RAM_BYTES);
  const view = new DataView(ram.buffer);
  ram.set(image);
  const oracle = new Oracle({ ram });
  oracle.pc = RAM;
  for (let step = 0; oracle.pc !== finish; step++) {
    if (step === MOST_STEPS) throw new Error(`The program has not ended after ${step} steps`);
    const { pc, instret } = oracle;
    oracle.step();
    // Code that is not at its physical address is of no interest here
    const decoded = pc >= RAM ? decode(view.getUint32(Number(pc - RAM), true)) : undefined;
    if (decoded === undefined || oracle.instret === instret) continue;
    executed.add(decoded.insn.name);
    if (decoded.compressed !== undefined) executed.add(decoded.compressed.name);
  }
  return outputOf(ram);
}

describe.skipIf(skipReason !== undefined)(`oracle against QEMU${skipReason ? `: ${skipReason}` : ''}`, () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'inn-oracle-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function runQemu({ image }: RandomProgram): Uint8Array {
    const bios = join(folder, 'program');
    const output = join(folder, 'output');
    writeFileSync(bios, image);
    // With two harts QEMU makes atomics atomic, and only then do they fault as atomics do; the second one parks itself.
    const board = ['-M', 'virt', '-cpu', CPU, '-smp', '2', '-m', '16M', '-bios', bios];
    const ends = ['-display', 'none', '-monitor', 'none', '-serial', `file:${output}`];
    const run = spawnSync(EMULATOR, [...board, ...ends], { encoding: 'utf8', timeout: 20_000 });
    if (run.status !== 0) throw new Error(`${EMULATOR} ended with ${run.status ?? run.signal}: ${run.stderr}`);
    return readFileSync(output);
  }

  const FLAVOURS: readonly (readonly [name: string, programs: number, options: ProgramOptions])[] = [
    ['M-mode', 16, { mode: 'M' }],
    ['U-mode', 6, { mode: 'U' }],
    ['M-mode with MPRV, Sv39', 5, { mode: 'M', paging: 'sv39' }],
    ['S-mode, Sv39', 6, { mode: 'S', paging: 'sv39' }],
    ['U-mode, Sv39', 6, { mode: 'U', paging: 'sv39' }],
    ['S-mode, Sv48', 3, { mode: 'S', paging: 'sv48' }],
    ['U-mode, Sv48', 3, { mode: 'U', paging: 'sv48' }],
    ['S-mode, PMP', 3, { mode: 'S', pmp: true }],
    ['U-mode, PMP', 3, { mode: 'U', pmp: true }],
    ['S-mode, Sv39, PMP', 3, { mode: 'S', paging: 'sv39', pmp: true }],
  ];

  describe.each(FLAVOURS)('%s', (_, programs, options) => {
    test.each(Array.from({ length: programs }, (_, seed) => seed))('program %i', (seed) => {
      const program = randomProgram(seed, { ...options, qemu: true });
      const oracle = explainLog(runOracle(program));
      const qemu = explainLog(runQemu(program));
      const first = oracle.findIndex((line, i) => line !== qemu[i]);
      const around = (lines: string[]): string[] => lines.slice(Math.max(0, first - 3), first + 5);
      expect(first === -1 ? qemu.length : { first, qemu: around(qemu) }).toEqual(
        first === -1 ? oracle.length : { first, qemu: around(oracle) },
      );
    });
  });

  test('the programs have executed every instruction that QEMU 7.2 has and computes as specified', () => {
    const names = [...INSTRUCTIONS, ...COMPRESSED].map((row) => row.name);
    expect(names.filter((name) => !executed.has(name)).sort()).toEqual([...NOT_COMPARED].sort());
  });
});
