import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, csrrc, csrrs, csrrw, EBREAK } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, PROGRAM } from '../../../../tests/fixtures/bare-hart.ts';
import {
  CAUSE,
  CSR,
  type CsrName,
  ENVCFG,
  IRQ,
  MEDELEG_WRITABLE,
  MENVCFG_WRITABLE,
  MIDELEG_WRITABLE,
  MIE_WRITABLE,
  MISA,
  MODE,
  MSTATUS,
  MSTATUS_WRITABLE,
  PMP_ENTRIES,
  SENVCFG_WRITABLE,
  SSTATUS_WRITABLE,
} from '../isa/csr.ts';

const A0 = 10;
const A1 = 11;
const ALL = (1n << 64n) - 1n;
const XLENS = 0xa_0000_0000n;
const bit = (n: number): bigint => 1n << BigInt(n);

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
});

/** Reads in the current mode; undefined if that is illegal. */
function read(csr: number): bigint | undefined {
  m.program(csrrs(A1, csr, 0));
  return m.trapOfNext() === undefined ? m.hart.x(A1) : undefined;
}

/** Writes in the current mode; false if that is illegal. */
function write(csr: number, value: bigint): boolean {
  m.hart.setX(A0, value);
  m.program(csrrw(0, csr, A0));
  return m.trapOfNext() === undefined;
}

describe('what a write leaves (WARL)', () => {
  const { FS, MPP, SD } = MSTATUS;
  const cases: readonly [CsrName, readonly bigint[], bigint][] = [
    ['mstatus', [ALL], MSTATUS_WRITABLE | XLENS | SD],
    ['mstatus', [0n], XLENS],
    ['mstatus', [MPP, (2n << 11n) | MSTATUS.TW], XLENS | MPP | MSTATUS.TW],
    ['mstatus', [2n << 13n], XLENS | (2n << 13n)],
    ['mstatus', [FS], XLENS | FS | SD],
    ['sstatus', [ALL], SSTATUS_WRITABLE | 0x2_0000_0000n | SD],
    ['misa', [0n], MISA],
    ['medeleg', [ALL], MEDELEG_WRITABLE],
    ['mideleg', [ALL], MIDELEG_WRITABLE],
    ['mie', [ALL], MIE_WRITABLE],
    ['mtvec', [ALL - 2n], ALL - 2n],
    ['mtvec', [0x8000_0001n, 0x9000_0002n], 0x8000_0001n],
    ['stvec', [0x8000_0000n, 0x9000_0003n], 0x8000_0000n],
    ['mepc', [ALL], ALL - 1n],
    ['sepc', [ALL], ALL - 1n],
    ['mscratch', [ALL], ALL],
    ['sscratch', [ALL], ALL],
    ['mcause', [bit(63) | 9n], bit(63) | 9n],
    ['scause', [bit(63) | 9n], bit(63) | 9n],
    ['mtval', [ALL], ALL],
    ['stval', [ALL], ALL],
    ['mcounteren', [ALL], 7n],
    ['scounteren', [ALL], 7n],
    ['mcountinhibit', [ALL], 0n],
    ['menvcfg', [ALL], MENVCFG_WRITABLE],
    ['menvcfg', [ENVCFG.CBIE, 2n << 4n], ENVCFG.CBIE],
    ['senvcfg', [ALL], SENVCFG_WRITABLE],
    ['senvcfg', [1n << 4n, (2n << 4n) | ENVCFG.CBZE], (1n << 4n) | ENVCFG.CBZE],
    ['satp', [(8n << 60n) | bit(44) | 5n], (8n << 60n) | 5n],
    ['satp', [(9n << 60n) | 5n], (9n << 60n) | 5n],
    ['satp', [(8n << 60n) | 5n, (10n << 60n) | 6n], (8n << 60n) | 5n],
    ['satp', [(9n << 60n) | 5n, (1n << 60n) | 6n], (9n << 60n) | 5n],
    ['stimecmp', [ALL - 1n], ALL - 1n],
    ['mip', [ALL], bit(IRQ.ssi) | bit(IRQ.sti) | bit(IRQ.sei)],
    ['mhpmcounter3', [ALL], 0n],
    ['mhpmevent3', [ALL], 0n],
    ['tselect', [1n], 0n],
    ['tdata1', [ALL], 0n],
    ['mconfigptr', [], 0n],
    ['mhartid', [], 0n],
    ['mvendorid', [], 0n],
  ];
  test.each(cases)('%s after %s', (name, writes, expected) => {
    for (const value of writes) expect(write(CSR[name], value)).toBe(true);
    expect(read(CSR[name])).toBe(expected);
  });
});

describe('views', () => {
  test('sie and sip show what is delegated, and sie writes only that', () => {
    m.setField('mideleg', bit(IRQ.ssi) | bit(IRQ.sti));
    m.setField('mie', bit(IRQ.mti) | bit(IRQ.sei) | bit(IRQ.ssi));
    expect(read(CSR.sie)).toBe(bit(IRQ.ssi));
    write(CSR.sie, bit(IRQ.sti) | bit(IRQ.mei) | bit(IRQ.sei));
    expect(m.hart.get('mie')).toBe(bit(IRQ.mti) | bit(IRQ.sei) | bit(IRQ.sti));
    m.lines(bit(IRQ.sei) | bit(IRQ.msi));
    m.setField('mip', bit(IRQ.sti));
    expect(read(CSR.sip)).toBe(bit(IRQ.sti));
    expect(read(CSR.mip)).toBe(bit(IRQ.sti) | bit(IRQ.sei) | bit(IRQ.msi));
  });

  test('sip lets software set and clear SSIP alone, if it is delegated', () => {
    m.setField('mideleg', bit(IRQ.ssi) | bit(IRQ.sti) | bit(IRQ.sei));
    write(CSR.sip, ALL);
    expect(m.hart.get('mip')).toBe(bit(IRQ.ssi));
    write(CSR.sip, 0n);
    expect(m.hart.get('mip')).toBe(0n);
    m.setField('mideleg', bit(IRQ.sti));
    write(CSR.sip, ALL);
    expect(m.hart.get('mip')).toBe(0n);
  });

  test('STIP is not software s while menvcfg.STCE is set', () => {
    m.setField('menvcfg', ENVCFG.STCE);
    write(CSR.mip, ALL);
    expect(m.hart.get('mip')).toBe(bit(IRQ.ssi) | bit(IRQ.sei));
  });

  test('sstatus changes its part of mstatus, and no other', () => {
    write(CSR.mstatus, MSTATUS.TSR | MSTATUS.MPIE);
    write(CSR.sstatus, ALL);
    expect(read(CSR.mstatus)).toBe(SSTATUS_WRITABLE | MSTATUS.TSR | MSTATUS.MPIE | XLENS | MSTATUS.SD);
  });

  test('fcsr is fflags and frm', () => {
    m.setStatus(1n << 13n);
    write(CSR.fcsr, ALL);
    expect([read(CSR.fcsr), read(CSR.fflags), read(CSR.frm)]).toEqual([0xffn, 31n, 7n]);
    write(CSR.fflags, 4n);
    write(CSR.frm, 1n);
    expect(read(CSR.fcsr)).toBe(0x24n);
  });
});

describe('floating-point state', () => {
  const { FS } = MSTATUS;
  test.each([
    ['a write to fflags', csrrw(0, CSR.fflags, 0), true],
    ['a write of zero bits to frm', csrrs(0, CSR.frm, 0), false],
    ['a write to fcsr', asm('csrrwi', { rd: 0, csr: CSR.fcsr, uimm: 1 }), true],
    ['a load to a register', asm('fmv.d.x', { fd: 1, rs1: 0 }), true],
    ['a move from a register', asm('fmv.x.d', { rd: 1, fs1: 1 }), false],
    ['a flag', asm('feq.d', { rd: 1, fs1: 2, fs2: 2 }), true],
    ['a comparison without flags', asm('feq.d', { rd: 1, fs1: 1, fs2: 1 }), false],
  ])('%s: dirty %s', (_, word, dirty) => {
    // A signalling NaN
    m.hart.setF(2, 0x7ff0_0000_0000_0001n);
    m.setStatus(1n << 13n);
    m.program(word);
    expect(m.trapOfNext()).toBeUndefined();
    expect(m.hart.get('mstatus') & FS).toBe(dirty ? FS : 1n << 13n);
  });

  test('off, neither instructions nor CSRs can be used', () => {
    for (const csr of [CSR.fflags, CSR.frm, CSR.fcsr]) expect(read(csr)).toBeUndefined();
    for (const word of [asm('fadd.s', {}), asm('flw', {}), asm('fsd', {}), asm('fmv.x.w', {}), asm('fcvt.d.l', {})]) {
      m.program(word);
      expect(m.trapOfNext()?.cause).toBe(CAUSE.illegalInstruction);
    }
  });

  test('a reserved dynamic rounding mode is illegal where it is used', () => {
    m.setStatus(FS);
    write(CSR.frm, 5n);
    m.program(asm('fadd.s', { rm: 7 }), asm('fadd.s', { rm: 0 }), asm('fadd.s', { rm: 5 }));
    expect(m.trapOfNext()?.cause).toBe(CAUSE.illegalInstruction);
    m.pc = PROGRAM + 4n;
    expect(m.trapOfNext()).toBeUndefined();
    expect(m.trapOfNext()?.cause).toBe(CAUSE.illegalInstruction);
  });
});

describe('which instructions write', () => {
  test('set and clear with x0 or zero do not, so that read-only registers can be read', () => {
    for (const name of ['csrrs', 'csrrc']) {
      m.program(asm(name, { rd: 1, csr: CSR.mhartid, rs1: 0 }), asm(`${name}i`, { rd: 1, csr: CSR.mhartid, uimm: 0 }));
      expect([m.trapOfNext(), m.trapOfNext()]).toEqual([undefined, undefined]);
      m.hart.setX(A0, 0n);
      m.program(asm(name, { rd: 1, csr: CSR.mhartid, rs1: A0 }));
      expect(m.trapOfNext()?.cause).toBe(CAUSE.illegalInstruction);
    }
    m.program(csrrw(0, CSR.mhartid, 0));
    expect(m.trapOfNext()?.cause).toBe(CAUSE.illegalInstruction);
  });

  test.each([
    ['csrrw', 6n, 3n],
    ['csrrs', 6n, 7n],
    ['csrrc', 6n, 4n],
  ])('%s', (name, before, after) => {
    m.setField('mscratch', before);
    m.hart.setX(A0, 3n);
    // rd may be rs1
    m.program(asm(name, { rd: A0, csr: CSR.mscratch, rs1: A0 }));
    m.run(1);
    expect([m.hart.x(A0), m.hart.get('mscratch')]).toEqual([before, after]);
    m.setField('mscratch', before);
    m.program(asm(`${name}i`, { rd: A0, csr: CSR.mscratch, uimm: 3 }));
    m.run(1);
    expect([m.hart.x(A0), m.hart.get('mscratch')]).toEqual([before, after]);
  });

  test('csr numbers of all 12 bits arrive', () => {
    for (const [name, number] of Object.entries(CSR)) {
      m.setStatus(MSTATUS.FS);
      expect(read(number), name).not.toBeUndefined();
    }
  });
});

describe('who may access', () => {
  test('the number tells the least mode', () => {
    m.setStatus(MSTATUS.FS);
    m.setField('mcounteren', 7n);
    m.setField('scounteren', 7n);
    m.setField('menvcfg', ENVCFG.STCE);
    for (const [name, number] of Object.entries(CSR)) {
      if (name === 'hpmcounter3') continue;
      const least = (number >> 8) & 3;
      for (const mode of [MODE.U, MODE.S, MODE.M]) {
        m.mode = mode;
        expect(read(number) !== undefined, `${name} in mode ${mode}`).toBe(mode >= least);
      }
    }
  });

  test('numbers without a register are illegal in every mode', () => {
    const known = new Set<number>(Object.values(CSR));
    for (let i = 0; i < 64; i++) known.add(CSR.pmpaddr0 + i);
    for (let i = 0; i < 16; i += 2) known.add(CSR.pmpcfg0 + i);
    for (let i = 0; i < 29; i++)
      for (const first of [CSR.mhpmcounter3, CSR.mhpmevent3, CSR.hpmcounter3]) known.add(first + i);
    m.setStatus(MSTATUS.FS);
    const wrong: string[] = [];
    for (let number = 0; number < 4096; number++) {
      m.mode = MODE.M;
      if ((read(number) !== undefined) !== known.has(number)) wrong.push(number.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ['cycle', CSR.cycle, 0],
    ['time', CSR.time, 1],
    ['instret', CSR.instret, 2],
  ] as const)('%s needs its bit in mcounteren, in U-mode also in scounteren', (_, csr, position) => {
    for (const inM of [0n, ALL, bit(position), 7n & ~bit(position)]) {
      for (const inS of [0n, ALL, bit(position), 7n & ~bit(position)]) {
        m.setField('mcounteren', inM);
        m.setField('scounteren', inS);
        const [byM, byS] = [inM, inS].map((bits) => (bits & bit(position)) !== 0n) as [boolean, boolean];
        for (const [mode, expected] of [
          [MODE.M, true],
          [MODE.S, byM],
          [MODE.U, byM && byS],
        ] as const) {
          m.mode = mode;
          expect(read(csr) !== undefined, `${inM} ${inS} ${mode}`).toBe(expected);
        }
      }
    }
  });

  test('hpmcounters read as zero in M-mode, and are off below', () => {
    m.setField('mcounteren', 7n);
    expect(read(CSR.hpmcounter3 + 28)).toBe(0n);
    m.mode = MODE.S;
    expect(read(CSR.hpmcounter3)).toBeUndefined();
  });

  test('stimecmp in S-mode needs menvcfg.STCE and mcounteren.TM', () => {
    for (const stce of [0n, ENVCFG.STCE]) {
      for (const tm of [0n, 2n]) {
        m.setField('menvcfg', stce);
        m.setField('mcounteren', tm);
        m.mode = MODE.M;
        expect(read(CSR.stimecmp)).toBe(ALL);
        m.mode = MODE.S;
        expect(read(CSR.stimecmp) !== undefined).toBe(stce !== 0n && tm !== 0n);
      }
    }
  });

  test('satp in S-mode, not with TVM', () => {
    m.mode = MODE.S;
    expect(read(CSR.satp)).toBe(0n);
    m.setStatus(MSTATUS.TVM);
    m.mode = MODE.S;
    expect(read(CSR.satp)).toBeUndefined();
    m.mode = MODE.S;
    expect(write(CSR.satp, 0n)).toBe(false);
    m.mode = MODE.M;
    expect(read(CSR.satp)).toBe(0n);
  });
});

describe('counters', () => {
  test('instret leaves out what trapped; cycle does not', () => {
    m.program(addi(1, 0, 1), EBREAK, csrrs(2, CSR.minstret, 0), csrrs(3, CSR.mcycle, 0));
    m.run(2);
    m.pc = PROGRAM + 8n;
    m.run(2);
    expect([m.hart.x(2), m.hart.x(3)]).toEqual([1n, 3n]);
  });

  test.each([
    ['minstret', CSR.minstret],
    ['mcycle', CSR.mcycle],
  ])('%s: the next instruction reads what was written', (_, csr) => {
    m.hart.setX(A0, 1000n);
    m.program(addi(1, 0, 1), csrrw(2, csr, A0), csrrs(3, csr, 0), csrrs(4, csr, 0));
    m.run(4);
    expect([m.hart.x(2), m.hart.x(3), m.hart.x(4)]).toEqual([1n, 1000n, 1001n]);
  });

  test('go on over slices', () => {
    m.program(addi(1, 0, 1), csrrw(0, CSR.minstret, 0), addi(1, 0, 1), csrrs(2, CSR.minstret, 0));
    for (let i = 0; i < 4; i++) m.run(1);
    expect(m.hart.x(2)).toBe(1n);
  });

  test('time is the machine s, whole ticks', () => {
    m.now = 123_456.75;
    expect(read(CSR.time)).toBe(123_456n);
  });

  test('a time before zero is zero, and no trouble', () => {
    m.now = -5;
    expect(read(CSR.time)).toBe(0n);
  });
});

describe('PMP registers', () => {
  test('pmpaddr holds 54 bits, in 16 entries; the rest read as zero', () => {
    for (let i = 0; i < 64; i++) {
      write(CSR.pmpaddr0 + i, ALL);
      expect(read(CSR.pmpaddr0 + i), String(i)).toBe(i < PMP_ENTRIES ? (1n << 54n) - 1n : 0n);
    }
  });

  test('pmpcfg: reserved bits stay zero, and W without R becomes no access', () => {
    // Entries 0 to 6; none of them locked
    write(CSR.pmpcfg0, 0x00_1f_1b_19_62_07_06_03n);
    expect(read(CSR.pmpcfg0)).toBe(0x00_1f_1b_19_00_07_04_03n);
    expect(write(CSR.pmpcfg0 + 4, ALL)).toBe(true);
    expect(read(CSR.pmpcfg0 + 4)).toBe(0n);
  });

  test('a locked entry keeps its configuration and its address; under TOR the address below too', () => {
    write(CSR.pmpaddr0, 0x1000n);
    write(CSR.pmpaddr0 + 1, 0x2000n);
    write(CSR.pmpaddr0 + 2, 0x3000n);
    write(CSR.pmpcfg0, 0x8f00n);
    write(CSR.pmpcfg0, 0x1f_1f_1fn);
    expect(read(CSR.pmpcfg0)).toBe(0x1f_8f_1fn);
    for (let i = 0; i < 3; i++) write(CSR.pmpaddr0 + i, 0x7000n);
    expect([0, 1, 2].map((i) => read(CSR.pmpaddr0 + i))).toEqual([0x1000n, 0x2000n, 0x7000n]);
  });

  test('a locked entry that is not TOR leaves the address below free', () => {
    write(CSR.pmpcfg0, 0x9f00n);
    write(CSR.pmpaddr0, 0x7000n);
    expect(read(CSR.pmpaddr0)).toBe(0x7000n);
  });
});

test('clear and set of bits that are at different places', () => {
  m.hart.setX(A0, MSTATUS.MIE | MSTATUS.TW);
  m.program(csrrs(1, CSR.mstatus, A0), csrrc(2, CSR.mstatus, A0), csrrs(3, CSR.mstatus, 0));
  m.run(3);
  expect([m.hart.x(1), m.hart.x(2), m.hart.x(3)]).toEqual([XLENS, XLENS | MSTATUS.MIE | MSTATUS.TW, XLENS]);
});
