import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, csrrc, csrrs, csrrw, ECALL, MRET, SRET } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, HANDLER, PROGRAM, RAM } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, CSR, ENVCFG, IRQ, MODE, MSTATUS } from '../isa/csr.ts';
import { CLINT_BASE, EXIT } from '../memory/layout.ts';

const bit = (n: number): bigint => 1n << BigInt(n);
const A0 = 10;

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
});

describe('what a mode may not do', () => {
  test.each([
    ['sfence.vma', asm('sfence.vma'), true],
    ['sinval.vma', asm('sinval.vma'), true],
    ['sfence.w.inval', asm('sfence.w.inval'), false],
    ['sfence.inval.ir', asm('sfence.inval.ir'), false],
  ])('%s in S-mode with TVM', (_, word, illegal) => {
    m.setStatus(MSTATUS.TVM);
    m.mode = MODE.S;
    m.poke(PROGRAM, word);
    expect(m.trapOfNext()?.cause).toBe(illegal ? CAUSE.illegalInstruction : undefined);
  });

  test.each(['sfence.vma', 'sinval.vma', 'sfence.w.inval', 'sfence.inval.ir', 'sret', 'mret', 'wfi'])(
    '%s in U-mode',
    (name) => {
      m.mode = MODE.U;
      m.poke(PROGRAM, asm(name));
      expect(m.trapOfNext()).toEqual({ cause: CAUSE.illegalInstruction, tval: BigInt(asm(name)), epc: PROGRAM });
    },
  );
});

describe('interrupts from elsewhere', () => {
  test('read-modify-write of mip leaves the wires of the external controller out', () => {
    m.lines(bit(IRQ.sei));
    m.hart.setX(A0, bit(IRQ.ssi));
    m.poke(PROGRAM, csrrs(1, CSR.mip, A0), csrrc(2, CSR.mip, A0), csrrs(3, CSR.mip, 0));
    m.run(2);
    expect(m.hart.x(1)).toBe(bit(IRQ.sei));
    m.lines(0n);
    m.run(1);
    expect([m.hart.x(2), m.hart.x(3)]).toEqual([bit(IRQ.sei) | bit(IRQ.ssi), 0n]);
  });

  test('an SSIP that another hart raised is gone once software clears it, though the slice goes on', () => {
    let looked = 0;
    // A read of a device stands for whatever makes time pass within a slice
    m = new BareHart({
      host: {
        load: () => {
          if (looked++ === 0) m.lines(bit(IRQ.ssi));
          return 0;
        },
      },
    });
    m.setField('mideleg', bit(IRQ.ssi));
    m.setField('mie', bit(IRQ.ssi));
    m.setStatus(MSTATUS.SIE);
    m.mode = MODE.S;
    m.hart.setX(A0, 0x1000_0000n);
    m.poke(PROGRAM, asm('lw', { rd: 1, rs1: A0, imm: 0 }), addi(2, 2, 1), addi(2, 2, 1));
    m.poke(HANDLER, addi(3, 3, 1), asm('csrrci', { rd: 0, csr: CSR.sip, uimm: 2 }), SRET);
    m.run(6);
    expect([m.hart.x(2), m.hart.x(3)]).toEqual([2n, 1n]);
  });

  test('a store to mtimecmp ends the slice, so that MTIP and the next deadline are worked out anew', () => {
    m = new BareHart({
      host: {
        store: (_address, _size, value) => {
          m.view.setUint32(CLINT_BASE, value, true);
          m.view.setUint32(CLINT_BASE + 4, 0, true);
          return true;
        },
      },
    });
    m.now = 100;
    m.setField('mie', bit(IRQ.mti));
    m.view.setBigUint64(CLINT_BASE, 50n, true);
    m.setStatus(MSTATUS.MIE);
    m.hart.setX(A0, 0x200_4000n);
    m.hart.setX(11, 200n);
    m.poke(HANDLER, asm('sw', { rs2: 11, rs1: A0, imm: 0 }), MRET);
    m.poke(PROGRAM, addi(2, 2, 1), addi(2, 2, 1));
    expect(m.run(10)).toBe(EXIT.slice);
    expect(m.steps).toBe(1);
    m.run(3);
    expect([m.hart.x(2), m.steps]).toEqual([2n, 4]);
  });
});

describe('exceptions', () => {
  const BAD = 0x1000n;
  const cases: readonly [string, number, number, bigint][] = [
    ['an ecall', ECALL, CAUSE.ecallFromM, 0n],
    ['an ebreak', asm('ebreak'), CAUSE.breakpoint, PROGRAM],
    ['a compressed ebreak', asm('c.ebreak'), CAUSE.breakpoint, PROGRAM],
    ['no instruction', 0xffff_ffff, CAUSE.illegalInstruction, 0xffff_ffffn],
    ['no compressed instruction', 0, CAUSE.illegalInstruction, 0n],
    ['a reserved compressed instruction', 0x2001, CAUSE.illegalInstruction, 0x2001n],
    ['a CSR that does not exist', csrrs(1, 0x7c0, 0), CAUSE.illegalInstruction, BigInt(csrrs(1, 0x7c0, 0))],
    [
      'a write to a read-only CSR',
      csrrw(1, CSR.mhartid, 0),
      CAUSE.illegalInstruction,
      BigInt(csrrw(1, CSR.mhartid, 0)),
    ],
    [
      'floating point that is off',
      asm('fadd.d', { fd: 1, fs1: 1, fs2: 1 }),
      CAUSE.illegalInstruction,
      BigInt(asm('fadd.d', { fd: 1, fs1: 1, fs2: 1 })),
    ],
    [
      'compressed floating point that is off',
      asm('c.fld', { fd: 8, rs1: 8, imm: 0 }),
      CAUSE.illegalInstruction,
      BigInt(asm('c.fld', { fd: 8, rs1: 8, imm: 0 })),
    ],
    ['a load from nowhere', asm('lw', { rd: 1, rs1: A0, imm: 4 }), CAUSE.loadAccessFault, BAD + 4n],
    ['a store to nowhere', asm('sw', { rs2: 1, rs1: A0, imm: 4 }), CAUSE.storeAccessFault, BAD + 4n],
    ['a misaligned lr', asm('lr.d', { rd: 1, rs1: 11 }), CAUSE.loadAddressMisaligned, RAM + 4n],
    ['a misaligned sc', asm('sc.d', { rd: 1, rs1: 11, rs2: 0 }), CAUSE.storeAddressMisaligned, RAM + 4n],
    ['a misaligned amo', asm('amoadd.d', { rd: 1, rs1: 11, rs2: 0 }), CAUSE.storeAddressMisaligned, RAM + 4n],
  ];

  test.each(cases)('%s: cause, tval, epc, and no register written', (_, word, cause, tval) => {
    m.hart.setX(1, 77n);
    m.hart.setX(A0, BAD);
    m.hart.setX(11, RAM + 4n);
    m.poke(PROGRAM, word);
    expect(m.trapOfNext()).toEqual({ cause, tval, epc: PROGRAM });
    expect([m.pc, m.mode, m.hart.x(1), m.steps]).toEqual([HANDLER, MODE.M, 77n, 1]);
  });

  test('a jump to nowhere traps where it lands', () => {
    m.hart.setX(A0, BAD);
    m.poke(PROGRAM, asm('jalr', { rd: 1, rs1: A0, imm: 1 }));
    m.run(2);
    expect(m.lastTrap()).toEqual({ cause: CAUSE.instructionAccessFault, tval: BAD, epc: BAD });
    expect(m.hart.x(1)).toBe(PROGRAM + 4n);
  });

  test.each([
    [MODE.U, CAUSE.ecallFromU],
    [MODE.S, CAUSE.ecallFromS],
    [MODE.M, CAUSE.ecallFromM],
  ])('an ecall from mode %i', (mode, cause) => {
    m.mode = mode;
    m.poke(PROGRAM, ECALL);
    expect(m.trapOfNext()?.cause).toBe(cause);
  });
});

describe('delegation', () => {
  test.each([
    [MODE.U, true, MODE.S],
    [MODE.S, true, MODE.S],
    [MODE.M, true, MODE.M],
    [MODE.U, false, MODE.M],
    [MODE.S, false, MODE.M],
  ])('of an exception in mode %i, %s: to mode %i', (from, delegated, to) => {
    if (delegated) m.setField('medeleg', bit(CAUSE.breakpoint));
    m.setField('mtvec', HANDLER + 0x100n);
    m.mode = from;
    m.poke(PROGRAM, asm('ebreak'));
    expect(m.trapOfNext()).toEqual({ cause: CAUSE.breakpoint, tval: PROGRAM, epc: PROGRAM });
    expect([m.mode, m.pc]).toEqual([to, to === MODE.S ? HANDLER : HANDLER + 0x100n]);
    const untouched = to === MODE.S ? m.hart.get('mcause') : m.hart.get('scause');
    expect(untouched).toBe(0n);
  });

  test('with the host as firmware a trap into M-mode ends the run before it happens', () => {
    m.hart.set32('sbi', 1);
    m.mode = MODE.S;
    m.poke(PROGRAM, addi(1, 0, 1), ECALL, addi(1, 0, 2));
    const status = m.hart.get('mstatus');
    expect(m.run(10)).toBe(EXIT.firmware);
    expect([m.mode, m.pc, m.hart.get('mstatus'), m.steps]).toEqual([MODE.S, PROGRAM + 4n, status, 2]);
    expect(m.hart.get('mcause')).toBe(BigInt(CAUSE.ecallFromS));
    m.pc += 4n;
    m.run(1);
    expect(m.hart.x(1)).toBe(2n);
  });
});

describe('the stack of modes in mstatus', () => {
  const { SIE, SPIE, SPP, MIE, MPIE, MPP, MPRV } = MSTATUS;
  const FIELDS = SIE | SPIE | SPP | MIE | MPIE | MPP | MPRV;
  const fieldsOf = () => m.hart.get('mstatus') & FIELDS;
  const mppOf = (mode: number) => BigInt(mode) << 11n;

  test.each([
    [MODE.U, 0n, 0n],
    [MODE.S, MIE, MPIE],
    [MODE.M, MIE | MPIE, MPIE],
    [MODE.M, MPIE, 0n],
    [MODE.S, MPRV | SIE | SPP, MPRV | SIE | SPP],
  ])('a trap into M-mode from mode %i with %s', (mode, before, after) => {
    m.setField('mstatus', before);
    m.mode = mode;
    m.poke(PROGRAM, asm('ebreak'));
    m.run(1);
    expect(fieldsOf()).toBe(after | mppOf(mode));
  });

  test.each([
    [MODE.U, SIE | SPP, SPIE],
    [MODE.S, SIE, SPIE | SPP],
    [MODE.S, SPIE | MIE | MPP, SPP | MIE | MPP],
  ])('a trap into S-mode from mode %i with %s', (mode, before, after) => {
    m.setField('mstatus', before);
    m.setField('medeleg', -1n);
    m.mode = mode;
    m.poke(PROGRAM, asm('ebreak'));
    m.run(1);
    expect(fieldsOf()).toBe(after);
  });

  test.each([
    [MODE.U, MPIE | MPRV, MIE | MPIE],
    [MODE.S, MIE | MPRV | SIE, MPIE | SIE],
    [MODE.M, MPIE | MPRV, MIE | MPIE | MPRV],
  ])('mret to mode %i with %s', (mode, before, after) => {
    m.setField('mstatus', before | mppOf(mode));
    m.mode = MODE.M;
    m.setField('mepc', PROGRAM + 0x40n);
    m.poke(PROGRAM, MRET);
    m.run(1);
    expect([m.mode, m.pc, fieldsOf()]).toEqual([mode, PROGRAM + 0x40n, after]);
  });

  test.each([
    [MODE.S, SPIE, MODE.U, SIE | SPIE],
    [MODE.S, SPP | SIE, MODE.S, SPIE],
    [MODE.M, SPP | SPIE | MPRV | MPP, MODE.S, SIE | SPIE | MPP],
  ])('sret in mode %i with %s: to mode %i', (from, before, to, after) => {
    m.setField('mstatus', before);
    m.mode = from;
    m.setField('sepc', PROGRAM + 0x40n);
    m.poke(PROGRAM, SRET);
    m.run(1);
    expect([m.mode, m.pc, fieldsOf()]).toEqual([to, PROGRAM + 0x40n, after]);
  });

  test('sret with TSR is illegal in S-mode, legal in M-mode', () => {
    m.setStatus(MSTATUS.TSR);
    m.poke(PROGRAM, SRET);
    m.setField('sepc', PROGRAM);
    m.run(1);
    expect(m.mode).toBe(MODE.U);
    m.mode = MODE.S;
    m.pc = PROGRAM;
    expect(m.trapOfNext()?.cause).toBe(CAUSE.illegalInstruction);
  });
});

describe('interrupts', () => {
  const ALL = [IRQ.mei, IRQ.msi, IRQ.mti, IRQ.sei, IRQ.ssi, IRQ.sti] as const;
  const SUPERVISOR = bit(IRQ.sei) | bit(IRQ.ssi) | bit(IRQ.sti);

  /** Makes interrupts pending, each where it comes from. */
  function raise(irqs: readonly number[]): void {
    const wires = irqs.filter((irq) => irq === IRQ.mei || irq === IRQ.msi || irq === IRQ.sei);
    m.lines(wires.reduce((bits, irq) => bits | bit(irq), 0n));
    if (irqs.includes(IRQ.mti)) m.view.setBigUint64(CLINT_BASE, 0n, true);
    const own = irqs.filter((irq) => irq === IRQ.ssi || irq === IRQ.sti);
    m.setField(
      'mip',
      own.reduce((bits, irq) => bits | bit(irq), 0n),
    );
  }

  test('the most urgent first: MEI, MSI, MTI, SEI, SSI, STI', () => {
    for (let from = 0; from < ALL.length; from++) {
      m = new BareHart();
      raise(ALL.slice(from));
      m.setField('mie', -1n);
      m.setStatus(MSTATUS.MIE);
      m.run(1);
      expect(m.hart.get('mcause')).toBe((1n << 63n) | BigInt(ALL[from] as number));
      expect([m.hart.get('mepc'), m.hart.get('mtval')]).toEqual([PROGRAM, 0n]);
    }
  });

  test('those for M-mode come before delegated ones of a higher place', () => {
    raise([IRQ.sei, IRQ.ssi, IRQ.sti]);
    m.setField('mie', -1n);
    m.setField('mideleg', bit(IRQ.sei) | bit(IRQ.ssi));
    m.mode = MODE.U;
    m.run(1);
    expect([m.mode, m.lastTrap().cause]).toEqual([MODE.M, IRQ.sti]);
  });

  test.each([
    // mode, mstatus, delegated, taken in mode
    [MODE.M, 0n, false, undefined],
    [MODE.M, MSTATUS.MIE, false, MODE.M],
    [MODE.M, MSTATUS.MIE | MSTATUS.SIE, true, undefined],
    [MODE.S, 0n, false, MODE.M],
    [MODE.S, 0n, true, undefined],
    [MODE.S, MSTATUS.MIE, true, undefined],
    [MODE.S, MSTATUS.SIE, true, MODE.S],
    [MODE.U, 0n, false, MODE.M],
    [MODE.U, 0n, true, MODE.S],
  ])('in mode %i with mstatus %s, delegated %s: taken in mode %s', (mode, status, delegated, taken) => {
    raise([IRQ.sei]);
    m.setField('mie', SUPERVISOR);
    if (delegated) m.setField('mideleg', SUPERVISOR);
    m.setStatus(status);
    m.mode = mode;
    m.poke(PROGRAM, addi(1, 0, 1));
    m.run(1);
    if (taken === undefined) {
      expect([m.mode, m.hart.x(1)]).toEqual([mode, 1n]);
    } else {
      expect([m.mode, m.hart.x(1), m.lastTrap()]).toEqual([taken, 0n, { cause: IRQ.sei, tval: 0n, epc: PROGRAM }]);
    }
  });

  test('one that is not enabled in mie is not taken', () => {
    raise(ALL);
    m.setStatus(MSTATUS.MIE);
    m.poke(PROGRAM, addi(1, 0, 1));
    m.run(1);
    expect(m.hart.x(1)).toBe(1n);
  });

  test.each([
    ['mstatus.MIE', csrrs(0, CSR.mstatus, A0), MSTATUS.MIE, bit(IRQ.ssi), bit(IRQ.ssi)],
    ['mie', csrrs(0, CSR.mie, A0), bit(IRQ.ssi), 0n, bit(IRQ.ssi)],
    ['mip', csrrs(0, CSR.mip, A0), bit(IRQ.ssi), bit(IRQ.ssi), 0n],
  ])('a write to %s has its effect before the next instruction', (name, word, value, mie, mip) => {
    m.setField('mie', mie);
    m.setField('mip', mip);
    if (name !== 'mstatus.MIE') m.setStatus(MSTATUS.MIE);
    m.hart.setX(A0, value);
    m.poke(PROGRAM, word, addi(1, 0, 1));
    m.run(5);
    expect([m.hart.x(1), m.lastTrap().epc]).toEqual([0n, PROGRAM + 4n]);
  });

  test('sret to where they are enabled takes them first', () => {
    m.setField('mideleg', SUPERVISOR);
    m.setField('mie', SUPERVISOR);
    m.setField('mip', bit(IRQ.ssi));
    m.setField('sepc', PROGRAM + 0x40n);
    m.setStatus(MSTATUS.SPIE | MSTATUS.SPP);
    m.mode = MODE.S;
    m.poke(PROGRAM, SRET);
    m.poke(PROGRAM + 0x40n, addi(1, 0, 1));
    m.run(2);
    expect([m.hart.x(1), m.lastTrap().epc]).toEqual([0n, PROGRAM + 0x40n]);
  });

  test.each([
    ['mtvec', MODE.M],
    ['stvec', MODE.S],
  ] as const)('vectored %s: interrupts to BASE + 4 * cause, exceptions to BASE', (name, mode) => {
    m.setField(name, HANDLER | 1n);
    m.setField('medeleg', mode === MODE.S ? -1n : 0n);
    m.setField('mideleg', mode === MODE.S ? SUPERVISOR : 0n);
    m.setField('mie', SUPERVISOR);
    m.mode = MODE.U;
    m.setField('mip', bit(IRQ.sti));
    m.run(1);
    // One instruction of two bytes of the handler was executed
    expect([m.mode, m.pc]).toEqual([mode, HANDLER + 4n * BigInt(IRQ.sti) + 2n]);
    m.setField('mie', 0n);
    m.program(asm('ebreak'));
    m.mode = MODE.U;
    m.run(1);
    expect([m.mode, m.pc, m.lastTrap().cause]).toEqual([mode, HANDLER, CAUSE.breakpoint]);
  });

  test('timers: MTIP follows mtimecmp; STIP stimecmp, once menvcfg.STCE says so', () => {
    const pendingAt = (now: number) => {
      m.now = now;
      m.program(csrrs(1, CSR.mip, 0));
      m.run(1);
      return m.hart.x(1);
    };
    m.view.setBigUint64(CLINT_BASE, 100n, true);
    m.setField('stimecmp', 200n);
    expect(pendingAt(99)).toBe(0n);
    expect(pendingAt(100)).toBe(bit(IRQ.mti));
    expect(pendingAt(300)).toBe(bit(IRQ.mti));
    m.setField('menvcfg', ENVCFG.STCE);
    expect(pendingAt(199)).toBe(bit(IRQ.mti));
    expect(pendingAt(200.5)).toBe(bit(IRQ.mti) | bit(IRQ.sti));
    expect(pendingAt(50)).toBe(0n);
  });
});

describe('wfi', () => {
  test.each([
    ['nothing pending', 0n, -1n, true],
    ['pending but not enabled', bit(IRQ.sei), 0n, true],
    ['pending and enabled, though MIE is off', bit(IRQ.sei), -1n, false],
  ])('%s', (_, lines, mie, waits) => {
    m.lines(lines);
    m.setField('mie', mie);
    m.poke(PROGRAM, asm('wfi'), addi(1, 0, 1));
    expect(m.run(2)).toBe(waits ? EXIT.wfi : EXIT.slice);
    expect(m.hart.x(1)).toBe(waits ? 0n : 1n);
  });

  test.each([
    [MODE.S, MSTATUS.TW, true],
    [MODE.S, 0n, false],
    [MODE.M, MSTATUS.TW, false],
    [MODE.U, 0n, true],
  ])('in mode %i with %s: illegal %s', (mode, status, illegal) => {
    m.setStatus(status);
    m.mode = mode;
    m.poke(PROGRAM, asm('wfi'));
    expect(m.trapOfNext()?.cause).toBe(illegal ? CAUSE.illegalInstruction : undefined);
  });
});
