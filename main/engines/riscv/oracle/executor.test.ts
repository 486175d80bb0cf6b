import { describe, expect, test } from 'vitest';
import { addi, asm, csrrs, csrrw, EBREAK, ECALL, ld, sd } from '../../../../tests/fixtures/assemble.ts';
import { machine, open, PROGRAM } from '../../../../tests/fixtures/oracle-machine.ts';
import { CAUSE, CSR, MODE } from '../isa/csr.ts';

describe('Oracle', () => {
  test('executes a row of the tables and goes on behind it', () => {
    const m = machine([addi(1, 0, 5), addi(2, 1, -7), asm('mul', { rd: 3, rs1: 1, rs2: 2 })]);
    m.run(3);
    expect(m.x.slice(0, 4)).toEqual([0n, 5n, 2n ** 64n - 2n, 2n ** 64n - 10n]);
    expect(m.pc).toBe(PROGRAM + 12n);
    expect(m.instret).toBe(3n);
  });

  test('keeps x0 zero', () => {
    const m = machine([addi(0, 0, 5)]);
    m.run(1);
    expect(m.x[0]).toBe(0n);
  });

  test('stores what it loads, little-endian', () => {
    const m = machine([sd(2, 0, 1), ld(3, 4, 1)]);
    m.x[1] = PROGRAM + 0x1000n;
    m.x[2] = 0x1122_3344_5566_7788n;
    m.run(2);
    expect(m.x[3]).toBe(0x1122_3344n);
    expect(m.ram[0x1000]).toBe(0x88);
  });

  test('does not count an instruction that traps as retired', () => {
    const m = machine([ECALL]);
    m.mtvec = PROGRAM;
    m.run(1);
    expect([m.mcause, m.mepc, m.mtval]).toEqual([BigInt(CAUSE.ecallFromM), PROGRAM, 0n]);
    expect([m.cycle, m.instret]).toEqual([1n, 0n]);
  });

  test('reports pc for EBREAK and the instruction for an illegal one', () => {
    const breakpoint = machine([EBREAK]);
    breakpoint.run(1);
    expect([breakpoint.mcause, breakpoint.mtval]).toEqual([BigInt(CAUSE.breakpoint), PROGRAM]);
    const illegal = machine([0xffff_ffff]);
    illegal.run(1);
    expect([illegal.mcause, illegal.mtval]).toEqual([BigInt(CAUSE.illegalInstruction), 0xffff_ffffn]);
    const short = machine([0x1234_0000]);
    short.run(1);
    expect([short.mcause, short.mtval]).toEqual([BigInt(CAUSE.illegalInstruction), 0n]);
  });

  test('reads a counter as it was before the instruction, and a written value in the next one', () => {
    const m = machine([addi(5, 0, 100), csrrs(1, CSR.mcycle, 0), csrrw(0, CSR.minstret, 5), csrrs(2, CSR.minstret, 0)]);
    m.run(4);
    expect([m.x[1], m.x[2]]).toEqual([1n, 100n]);
  });

  test('lets built-in firmware serve calls from S-mode only', () => {
    const calls: bigint[] = [];
    const m = machine([ECALL, ECALL], {
      sbi: (oracle) => {
        calls.push(oracle.x[17]!);
        oracle.x[10] = 42n;
        return true;
      },
    });
    open(m, MODE.S);
    m.x[17] = 0x10n;
    m.run(1);
    expect([calls, m.x[10], m.pc, m.mode]).toEqual([[0x10n], 42n, PROGRAM + 4n, MODE.S]);
    m.mode = MODE.U;
    m.run(1);
    expect([calls.length, m.mcause]).toEqual([1, BigInt(CAUSE.ecallFromU)]);
  });

  test('yields a state that compares', () => {
    const a = machine([addi(1, 0, 5)]);
    const b = machine([addi(1, 0, 6)]);
    expect(a.snapshotState()).toEqual(b.snapshotState());
    a.run(1);
    b.run(1);
    expect(a.snapshotState()).not.toEqual(b.snapshotState());
    expect(Object.keys(a.snapshotState().csrs)).toEqual(expect.arrayContaining(['mstatus', 'pmpcfg2', 'pmpaddr15']));
  });
});
