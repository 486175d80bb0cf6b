import { describe, expect, test } from 'vitest';
import { addi, asm, ECALL, MRET, SRET } from '../../../../tests/fixtures/assemble.ts';
import { machine, open, PROGRAM, trapOf } from '../../../../tests/fixtures/oracle-machine.ts';
import { CAUSE, ENVCFG, IRQ, MODE, MSTATUS } from '../isa/csr.ts';

const NOP = addi(0, 0, 0);
const HANDLER = PROGRAM + 0x100n;
const bit = (n: number): bigint => 1n << BigInt(n);
const interrupt = (n: number): bigint => (1n << 63n) | BigInt(n);
const ILLEGAL = (word: number) => ({ cause: CAUSE.illegalInstruction, tval: BigInt(word) });

function inMode(mode: 0 | 1 | 3, ...program: number[]) {
  const m = open(machine(program), mode);
  const view = new DataView(m.ram.buffer);
  for (let offset = 0x100; offset < 0x200; offset += 4) view.setUint32(offset, NOP, true);
  m.mtvec = HANDLER;
  m.stvec = HANDLER;
  return m;
}

describe('exceptions', () => {
  test('go to S-mode where delegated, from below M-mode', () => {
    const m = inMode(MODE.U, ECALL);
    m.medeleg = bit(CAUSE.ecallFromU);
    m.mstatus |= MSTATUS.SIE | MSTATUS.MIE;
    m.run(1);
    expect([m.scause, m.sepc, m.stval, m.mode, m.pc]).toEqual([8n, PROGRAM, 0n, MODE.S, HANDLER]);
    expect(m.mstatus & (MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.MIE)).toBe(MSTATUS.SPIE | MSTATUS.MIE);
    const inM = inMode(MODE.M, 0xffff_ffff);
    inM.medeleg = bit(CAUSE.illegalInstruction);
    inM.run(1);
    expect([inM.mcause, inM.scause]).toEqual([2n, 0n]);
  });

  test('go to M-mode else', () => {
    const m = inMode(MODE.S, ECALL);
    m.mstatus |= MSTATUS.MIE;
    m.mtvec |= 1n;
    m.run(1);
    expect([m.mcause, m.mode, m.pc]).toEqual([9n, MODE.M, HANDLER]);
    expect(m.mstatus & (MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPP)).toBe(MSTATUS.MPIE | (1n << 11n));
  });

  test('end the reservation and change no register', () => {
    const m = inMode(MODE.M, asm('lr.w', { rd: 1, rs1: 2 }), ECALL);
    m.x[2] = PROGRAM;
    m.run(1);
    expect(m.reservation).toBeDefined();
    const x = [...m.x];
    m.run(1);
    expect([m.reservation, m.x]).toEqual([undefined, x]);
  });
});

describe('returns', () => {
  test('MRET restores mode and interrupt enable', () => {
    const m = inMode(MODE.M, MRET);
    m.mepc = HANDLER;
    m.mstatus |= MSTATUS.MPIE | MSTATUS.MPRV | (1n << 11n);
    m.run(1);
    expect([m.mode, m.pc]).toEqual([MODE.S, HANDLER]);
    expect(m.mstatus & (MSTATUS.MIE | MSTATUS.MPIE | MSTATUS.MPP | MSTATUS.MPRV)).toBe(MSTATUS.MIE | MSTATUS.MPIE);
  });

  test('MRET to M-mode keeps MPRV', () => {
    const m = inMode(MODE.M, MRET);
    m.mstatus |= MSTATUS.MPRV | MSTATUS.MPP;
    m.run(1);
    expect([m.mode, m.mstatus & MSTATUS.MPRV]).toEqual([MODE.M, MSTATUS.MPRV]);
  });

  test('SRET restores mode and interrupt enable', () => {
    const m = inMode(MODE.M, SRET);
    m.sepc = HANDLER;
    m.mstatus |= MSTATUS.SPP | MSTATUS.SIE | MSTATUS.MPRV;
    m.run(1);
    expect([m.mode, m.pc]).toEqual([MODE.S, HANDLER]);
    expect(m.mstatus & (MSTATUS.SIE | MSTATUS.SPIE | MSTATUS.SPP | MSTATUS.MPRV)).toBe(MSTATUS.SPIE);
  });

  test.each([
    ['mret', MODE.S, 0n],
    ['sret', MODE.U, 0n],
    ['sret', MODE.S, MSTATUS.TSR],
    ['wfi', MODE.S, MSTATUS.TW],
    ['wfi', MODE.U, 0n],
    ['sfence.vma', MODE.U, 0n],
    ['sfence.vma', MODE.S, MSTATUS.TVM],
    ['sinval.vma', MODE.S, MSTATUS.TVM],
    ['sfence.w.inval', MODE.U, 0n],
    ['sfence.inval.ir', MODE.U, 0n],
  ] as const)('%s is illegal in mode %i with mstatus %x', (name, mode, status) => {
    const m = inMode(mode, asm(name));
    m.mstatus |= status;
    expect(trapOf(m)).toEqual(ILLEGAL(asm(name)));
  });

  test.each([
    ['sret', MODE.S, MSTATUS.TVM | MSTATUS.TW],
    ['wfi', MODE.S, 0n],
    ['wfi', MODE.M, MSTATUS.TW],
    ['sfence.vma', MODE.S, MSTATUS.TSR],
    ['sfence.w.inval', MODE.S, MSTATUS.TVM],
  ] as const)('%s is legal in mode %i with mstatus %x', (name, mode, status) => {
    const m = inMode(mode, asm(name));
    m.mstatus |= status;
    expect(trapOf(m)).toBeUndefined();
  });
});

describe('interrupts', () => {
  test('are taken by priority, those for M-mode first', () => {
    const order: bigint[] = [];
    const m = inMode(MODE.U, NOP);
    m.mie = 0xaaan;
    m.mideleg = bit(IRQ.sei);
    m.lines = 0xaaan;
    for (let i = 0; i < 6; i++) {
      m.mode = MODE.U;
      m.mcause = 0n;
      m.step();
      const cause = m.mcause === 0n ? m.scause : m.mcause;
      order.push(cause);
      m.lines &= ~bit(Number(cause & 63n));
    }
    expect(order).toEqual([IRQ.mei, IRQ.msi, IRQ.mti, IRQ.ssi, IRQ.sti, IRQ.sei].map(interrupt));
  });

  test('go to the vector, and the step executes its first instruction', () => {
    const m = inMode(MODE.M, NOP);
    m.mtvec |= 1n;
    m.mstatus |= MSTATUS.MIE;
    m.mie = bit(IRQ.mti);
    m.lines = bit(IRQ.mti);
    m.step();
    expect([m.mcause, m.mepc, m.pc]).toEqual([interrupt(7), PROGRAM, HANDLER + 28n + 4n]);
    expect([m.cycle, m.instret]).toEqual([1n, 1n]);
  });

  test.each([
    ['not enabled in mie', MODE.U, 0n, 0n, 0n],
    ['M-mode with MIE off', MODE.M, bit(IRQ.ssi), 0n, 0n],
    ['delegated, in S-mode with SIE off', MODE.S, bit(IRQ.ssi), bit(IRQ.ssi), MSTATUS.MIE],
    ['delegated, in M-mode', MODE.M, bit(IRQ.ssi), bit(IRQ.ssi), MSTATUS.MIE | MSTATUS.SIE],
  ] as const)('stay pending: %s', (_, mode, mie, mideleg, mstatus) => {
    const m = inMode(mode, NOP);
    Object.assign(m, { mie, mideleg, mip: bit(IRQ.ssi) });
    m.mstatus |= mstatus;
    m.step();
    expect(m.pc).toBe(PROGRAM + 4n);
  });

  test('of the timer follow stimecmp (Sstc)', () => {
    const m = inMode(MODE.S, NOP, NOP);
    m.menvcfg = ENVCFG.STCE;
    m.mie = bit(IRQ.sti);
    m.mideleg = bit(IRQ.sti);
    m.mip = bit(IRQ.sti);
    m.mstatus |= MSTATUS.SIE;
    m.stimecmp = 10n;
    m.time = 9n;
    m.step();
    expect(m.scause).toBe(0n);
    m.time = 10n;
    m.step();
    expect(m.scause).toBe(interrupt(IRQ.sti));
  });
});
