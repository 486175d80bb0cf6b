import { describe, expect, test } from 'vitest';
import { asm, csrrc, csrrs, csrrw } from '../../../../tests/fixtures/assemble.ts';
import { machine, open, trapOf } from '../../../../tests/fixtures/oracle-machine.ts';
import { CAUSE, CSR, ENVCFG, MISA, MODE, MSTATUS } from '../isa/csr.ts';

const ONES = 0xffff_ffff_ffff_ffffn;
const XLEN_64 = (2n << 32n) | (2n << 34n);

/** What reads back after writing `value`. */
function written(csr: number, value: bigint, before: Partial<Record<'mideleg' | 'menvcfg', bigint>> = {}): bigint {
  const m = machine([]);
  Object.assign(m, before);
  m.writeCsr(csr, value);
  return m.readCsr(csr);
}

/** Whether one CSR instruction is legal. */
function legal(word: number, mode: 0 | 1 | 3, state: Record<string, bigint> = {}): boolean {
  const m = open(machine([word]), mode);
  for (const [name, value] of Object.entries(state)) {
    if (name === 'mstatus') m.mstatus |= value;
    else Object.assign(m, { [name]: value });
  }
  const trap = trapOf(m);
  expect(trap?.cause ?? CAUSE.illegalInstruction).toBe(CAUSE.illegalInstruction);
  return trap === undefined;
}

describe('writes legalise', () => {
  test.each([
    ['mstatus', CSR.mstatus, ONES, 0x8000_000a_007e_79aan],
    ['mstatus, MPP = 2', CSR.mstatus, 2n << 11n, XLEN_64],
    ['sstatus', CSR.sstatus, ONES, 0x8000_0002_000c_6122n],
    ['misa', CSR.misa, 0n, MISA],
    ['medeleg', CSR.medeleg, ONES, 0xb3ffn],
    ['mideleg', CSR.mideleg, ONES, 0x222n],
    ['mie', CSR.mie, ONES, 0xaaan],
    ['mip', CSR.mip, ONES, 0x222n],
    ['mtvec', CSR.mtvec, ONES - 2n, ONES - 2n],
    ['mtvec, MODE = 2', CSR.mtvec, 0x1002n, 0n],
    ['stvec, MODE = 3', CSR.stvec, 0x1003n, 0n],
    ['mepc', CSR.mepc, ONES, ONES - 1n],
    ['sepc', CSR.sepc, ONES, ONES - 1n],
    ['mcause', CSR.mcause, ONES, ONES],
    ['mcounteren', CSR.mcounteren, ONES, 7n],
    ['scounteren', CSR.scounteren, ONES, 7n],
    ['menvcfg', CSR.menvcfg, ONES, 0xa000_0000_0000_00f1n],
    ['menvcfg, CBIE = 2', CSR.menvcfg, 0x20n, 0n],
    ['senvcfg', CSR.senvcfg, ONES, 0xf1n],
    ['satp, Sv39', CSR.satp, (8n << 60n) | ((1n << 60n) - 1n), (8n << 60n) | ((1n << 44n) - 1n)],
    ['satp, Sv57', CSR.satp, (10n << 60n) | 1n, 0n],
    ['fcsr', CSR.fcsr, ONES, 0xffn],
    ['fflags', CSR.fflags, ONES, 0x1fn],
    ['frm', CSR.frm, ONES, 7n],
    ['mcountinhibit', CSR.mcountinhibit, ONES, 0n],
    ['mhpmcounter3', CSR.mhpmcounter3, ONES, 0n],
    ['mhpmevent31', CSR.mhpmevent3 + 28, ONES, 0n],
    ['tselect', CSR.tselect, 1n, 0n],
  ])('%s', (_, csr, value, expected) => {
    expect(written(csr, value)).toBe(expected);
  });

  test('sie and sip touch what is delegated only', () => {
    expect(written(CSR.sie, ONES, { mideleg: 0x20n })).toBe(0x20n);
    expect(written(CSR.sip, ONES, { mideleg: 0x222n })).toBe(2n);
    expect(written(CSR.sip, ONES, { mideleg: 0x220n })).toBe(0n);
  });

  test('mip.STIP is software’s only without Sstc', () => {
    const m = machine([]);
    m.menvcfg = ENVCFG.STCE;
    m.stimecmp = 5n;
    m.writeCsr(CSR.mip, ONES);
    expect(m.readCsr(CSR.mip)).toBe(0x202n);
    m.time = 5n;
    expect(m.readCsr(CSR.mip)).toBe(0x222n);
  });

  test('CSRRS and CSRRC leave interrupt lines out of what they write', () => {
    const m = machine([csrrs(1, CSR.mip, 2), csrrc(3, CSR.mip, 2)]);
    m.lines = 0x200n;
    m.x[2] = 2n;
    m.run(1);
    expect([m.x[1], m.mip]).toEqual([0x200n, 2n]);
    m.run(1);
    expect([m.x[3], m.mip]).toEqual([0x202n, 0n]);
  });

  test('a write to a floating-point CSR makes the state dirty', () => {
    const m = machine([csrrw(0, CSR.frm, 1), csrrs(2, CSR.fcsr, 0)]);
    m.mstatus |= 1n << 13n;
    m.x[1] = 3n;
    m.run(2);
    expect([m.x[2], m.readCsr(CSR.mstatus) & (MSTATUS.FS | MSTATUS.SD)]).toEqual([0x60n, MSTATUS.FS | MSTATUS.SD]);
  });
});

describe('access', () => {
  test('needs the mode that the number says', () => {
    const read = (csr: number) => csrrs(1, csr, 0);
    expect([legal(read(CSR.mscratch), MODE.S), legal(read(CSR.sscratch), MODE.U)]).toEqual([false, false]);
    expect([legal(read(CSR.mscratch), MODE.M), legal(read(CSR.sscratch), MODE.S)]).toEqual([true, true]);
  });

  test('of a read-only register must not write', () => {
    expect(legal(csrrs(1, CSR.mhartid, 0), MODE.M)).toBe(true);
    expect(legal(csrrs(1, CSR.mhartid, 2), MODE.M)).toBe(false);
    expect(legal(csrrw(0, CSR.mhartid, 0), MODE.M)).toBe(false);
    expect(legal(asm('csrrsi', { rd: 1, csr: CSR.mhartid, uimm: 0 }), MODE.M)).toBe(true);
    expect(legal(asm('csrrci', { rd: 1, csr: CSR.mhartid, uimm: 1 }), MODE.M)).toBe(false);
  });

  test.each([0x3a1, 0x3a3, 0x5c0, 0x7c0, 0x600, 0xc80])('of a register that does not exist is illegal: %x', (csr) => {
    expect(legal(csrrs(1, csr, 0), MODE.M)).toBe(false);
  });

  test('of counters needs mcounteren, and in U-mode scounteren', () => {
    const word = csrrs(1, CSR.instret, 0);
    expect(legal(word, MODE.M)).toBe(true);
    expect([legal(word, MODE.S), legal(word, MODE.S, { mcounteren: 4n })]).toEqual([false, true]);
    expect(legal(word, MODE.U, { mcounteren: 4n })).toBe(false);
    expect(legal(word, MODE.U, { scounteren: 4n })).toBe(false);
    expect(legal(word, MODE.U, { mcounteren: 4n, scounteren: 4n })).toBe(true);
    expect(legal(csrrs(1, CSR.hpmcounter3, 0), MODE.S, { mcounteren: 7n })).toBe(false);
    expect(legal(csrrs(1, CSR.hpmcounter3, 0), MODE.M)).toBe(true);
  });

  test('of stimecmp needs STCE and TM below M-mode', () => {
    const word = csrrs(1, CSR.stimecmp, 0);
    expect(legal(word, MODE.M)).toBe(true);
    expect(legal(word, MODE.S, { menvcfg: ENVCFG.STCE })).toBe(false);
    expect(legal(word, MODE.S, { mcounteren: 2n })).toBe(false);
    expect(legal(word, MODE.S, { menvcfg: ENVCFG.STCE, mcounteren: 2n })).toBe(true);
  });

  test('of satp is S-mode’s unless TVM', () => {
    expect(legal(csrrs(1, CSR.satp, 0), MODE.S)).toBe(true);
    expect(legal(csrrs(1, CSR.satp, 0), MODE.S, { mstatus: MSTATUS.TVM })).toBe(false);
    expect(legal(csrrs(1, CSR.satp, 0), MODE.M, { mstatus: MSTATUS.TVM })).toBe(true);
  });

  test('of floating-point registers needs FS', () => {
    expect(legal(csrrs(1, CSR.fcsr, 0), MODE.U)).toBe(false);
    expect(legal(csrrs(1, CSR.fcsr, 0), MODE.U, { mstatus: 1n << 13n })).toBe(true);
    expect(legal(asm('fadd.s'), MODE.U)).toBe(false);
    expect(legal(asm('fadd.s', { rm: 5 }), MODE.U, { mstatus: 1n << 13n })).toBe(false);
    expect(legal(asm('fcvt.d.s', { rm: 6 }), MODE.U, { mstatus: 1n << 13n })).toBe(false);
  });
});

describe('floating-point state', () => {
  const initial = 1n << 13n;
  const fs = (word: number, prepare: (m: ReturnType<typeof machine>) => void = () => {}): bigint => {
    const m = machine([word]);
    m.mstatus |= initial;
    prepare(m);
    m.run(1);
    return (m.mstatus & MSTATUS.FS) >> 13n;
  };

  test('is dirty after a register is written or a flag is raised, and only then', () => {
    const signaling = 0x7ff0_0000_0000_0001n;
    const compare = asm('feq.d', { rd: 1, fs1: 1, fs2: 1 });
    expect(fs(asm('fmv.d.x', { fd: 1 }))).toBe(3n);
    expect(fs(asm('fmv.x.d', { rd: 1 }))).toBe(1n);
    expect(fs(compare)).toBe(1n);
    expect(
      fs(compare, (m) => {
        m.f[1] = signaling;
      }),
    ).toBe(3n);
    expect(
      fs(compare, (m) => {
        m.f[1] = signaling;
        m.fflags = 0x10;
      }),
    ).toBe(1n);
  });

  test('holds singles NaN-boxed, and takes others for the canonical NaN', () => {
    const m = machine([asm('fsgnj.s', { fd: 1, fs1: 2, fs2: 2 }), asm('fmv.x.w', { rd: 1, fs1: 2 })]);
    m.mstatus |= initial;
    m.f[2] = 0x3f80_0000n;
    m.run(2);
    expect([m.f[1], m.x[1]]).toEqual([0xffff_ffff_7fc0_0000n, 0x3f80_0000n]);
  });

  test('rounds as DYN says, and traps where frm is reserved', () => {
    const convert = asm('fcvt.w.d', { rd: 1, fs1: 1, rm: 7 });
    const m = machine([convert, convert]);
    m.mstatus |= initial;
    m.f[1] = 0x3ff8_0000_0000_0000n; // 1.5
    m.frm = 1;
    m.run(1);
    expect([m.x[1], m.fflags]).toEqual([1n, 1]);
    m.frm = 5;
    expect(trapOf(m)).toEqual({ cause: CAUSE.illegalInstruction, tval: BigInt(convert) });
  });
});
