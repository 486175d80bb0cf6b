import { beforeEach, describe, expect, test } from 'vitest';
import { addi, asm, ld, sd } from '../../../../tests/fixtures/assemble.ts';
import { BareHart, PROGRAM, PTE, RAM, RWX, USED } from '../../../../tests/fixtures/bare-hart.ts';
import { CAUSE, ENVCFG, MODE } from '../isa/csr.ts';
import { PAGE_STATE } from '../memory/page-state.ts';

const NA4 = 0x10;
const LOCKED = 0x80;
const DATA = RAM + 0x1_0000n;
const A0 = 10;

let m: BareHart;
beforeEach(() => {
  m = new BareHart();
});

describe('physical addresses that do not exist', () => {
  test.each([
    ['-1', -1n],
    ['2^63', 1n << 63n],
    ['2^56', 1n << 56n],
    ['beyond RAM', RAM + 0x10_0000n],
  ])('fault: %s', (_, address) => {
    m.hart.setX(A0, address);
    m.program(asm('lb', { rd: 1, rs1: A0, imm: 0 }));
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.loadAccessFault, tval: BigInt.asUintN(64, address) });
    m.program(asm('sb', { rs2: 1, rs1: A0, imm: 0 }));
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.storeAccessFault, tval: BigInt.asUintN(64, address) });
  });
});

describe('PMP inside a page', () => {
  test('a word next to a forbidden one can be accessed atomically', () => {
    m.pmp(0, LOCKED | NA4, (DATA + 4n) >> 2n);
    m.hart.setX(A0, DATA);
    m.write64(DATA, 41n);
    m.program(
      asm('lr.w', { rd: 1, rs1: A0 }),
      asm('amoswap.w', { rd: 2, rs1: A0, rs2: A0 }),
      asm('lr.d', { rd: 3, rs1: A0 }),
    );
    m.run(2);
    expect([m.hart.x(1), m.hart.x(2)]).toEqual([41n, 41n]);
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.loadAccessFault, tval: DATA });
  });

  test('a cache block is checked as a whole before it is cleared', () => {
    m.write64(DATA, 1n);
    m.pmp(0, LOCKED | NA4, (DATA + 60n) >> 2n);
    m.hart.setX(A0, DATA + 8n);
    m.program(asm('cbo.zero', { rs1: A0 }));
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.storeAccessFault, tval: DATA + 8n });
    expect(m.read64(DATA)).toBe(1n);
  });

  test('a store marks its page although it is not entered in the TLB', () => {
    m.pmp(0, LOCKED | NA4, (DATA + 60n) >> 2n);
    m.hart.setX(A0, DATA);
    m.program(sd(A0, 0, A0));
    m.run(1);
    expect(m.read64(DATA)).toBe(DATA);
    expect(m.pageState(DATA)).toBe(PAGE_STATE.dirty);
  });
});

describe('cache block management', () => {
  beforeEach(() => {
    m.setField('menvcfg', ENVCFG.CBCFE | ENVCFG.CBIE | ENVCFG.CBZE | ENVCFG.ADUE);
    m.paging();
    m.map(PROGRAM, PROGRAM, RWX);
    m.mode = MODE.S;
    m.hart.setX(A0, DATA + 72n);
  });

  test.each(['cbo.clean', 'cbo.flush', 'cbo.inval'])('%s needs what a load needs, and sets A alone', (name) => {
    const entry = m.map(DATA, DATA, PTE.V | PTE.R);
    m.program(asm(name, { rs1: A0 }));
    expect(m.trapOfNext()).toBeUndefined();
    expect(m.read64(entry) & 0xffn).toBe(PTE.V | PTE.R | PTE.A);
  });

  test.each(['cbo.clean', 'cbo.flush', 'cbo.inval'])('%s faults as a store, with the address given', (name) => {
    m.program(asm(name, { rs1: A0 }));
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.storePageFault, tval: DATA + 72n });
    m.mode = MODE.S;
    m.pc = PROGRAM;
    m.map(DATA, DATA + 0x1000_0000n, USED | PTE.R | PTE.W);
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.storeAccessFault, tval: DATA + 72n });
  });

  test('cbo.zero needs what a store needs', () => {
    m.map(DATA, DATA, USED | PTE.R);
    m.write64(DATA + 64n, -1n);
    m.program(asm('cbo.zero', { rs1: A0 }));
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.storePageFault, tval: DATA + 72n });
    expect(m.read64(DATA + 64n)).toBe(0xffff_ffff_ffff_ffffn);
  });

  test('cbo.zero clears the block and nothing else', () => {
    m.map(DATA, DATA, USED | PTE.R | PTE.W);
    for (let at = 0n; at < 256n; at += 8n) m.write64(DATA + at, -1n);
    m.program(asm('cbo.zero', { rs1: A0 }));
    m.run(1);
    const cleared = Array.from({ length: 32 }, (_, i) => m.read64(DATA + 8n * BigInt(i)) === 0n);
    expect(cleared).toEqual(Array.from({ length: 32 }, (_, i) => i >= 8 && i < 16));
  });
});

test('updating A and D marks the page of the table', () => {
  m.setField('menvcfg', ENVCFG.ADUE);
  m.paging();
  m.map(PROGRAM, PROGRAM, RWX);
  const entry = m.map(DATA, DATA, PTE.V | PTE.R | PTE.W);
  m.mode = MODE.S;
  m.hart.setX(A0, DATA);
  m.program(ld(1, 0, A0), addi(1, 1, 0), sd(A0, 0, A0));
  m.run(1);
  expect(m.read64(entry) & 0xffn).toBe(PTE.V | PTE.R | PTE.W | PTE.A);
  expect(m.pageState(entry & ~0xfffn)).toBe(PAGE_STATE.dirty);
  m.run(2);
  expect(m.read64(entry) & 0xffn).toBe(PTE.V | PTE.R | PTE.W | PTE.A | PTE.D);
});

describe('devices', () => {
  const UART = 0x1000_0000n;
  let asked: string[];
  beforeEach(() => {
    asked = [];
    m = new BareHart({
      host: {
        load: (address, size) => {
          asked.push(`load ${size} at ${address.toString(16)}`);
          return address < 0x2000_0000 ? 0xf1f2_f3f4 % 2 ** (8 * size) : undefined;
        },
        store: (address, size, value) => {
          asked.push(`store ${size} at ${address.toString(16)}: ${value.toString(16)}`);
          return address < 0x2000_0000;
        },
      },
    });
    m.hart.setX(A0, UART);
    m.hart.setX(11, 0x1122_3344_5566_7788n);
  });

  test.each([
    ['lb', -12n, 1],
    ['lbu', 0xf4n, 1],
    ['lh', -3084n, 2],
    ['lhu', 0xf3f4n, 2],
    ['lw', -0xe0d_0c0cn, 4],
    ['lwu', 0xf1f2_f3f4n, 4],
  ])('%s', (name, expected, size) => {
    m.program(asm(name, { rd: 1, rs1: A0, imm: 8 }));
    m.run(1);
    expect(BigInt.asIntN(64, m.hart.x(1))).toBe(expected);
    expect(asked).toEqual([`load ${size} at 10000008`]);
  });

  test('ld and sd are two accesses, the lower first', () => {
    m.program(ld(1, 8, A0), sd(11, 8, A0));
    m.run(2);
    expect(m.hart.x(1)).toBe(0xf1f2_f3f4_f1f2_f3f4n);
    expect(asked).toEqual([
      'load 4 at 10000008',
      'load 4 at 1000000c',
      'store 4 at 10000008: 55667788',
      'store 4 at 1000000c: 11223344',
    ]);
  });

  test.each([
    ['sb', 'store 1 at 10000000: 88'],
    ['sh', 'store 2 at 10000000: 7788'],
    ['sw', 'store 4 at 10000000: 55667788'],
  ])('%s', (name, expected) => {
    m.program(asm(name, { rs1: A0, rs2: 11, imm: 0 }));
    m.run(1);
    expect(asked).toEqual([expected]);
  });

  test.each([
    ['misaligned', UART + 1n, 'lw', CAUSE.loadAccessFault],
    ['misaligned', UART + 2n, 'sw', CAUSE.storeAccessFault],
    ['an alias above 4 GiB', UART + (1n << 32n), 'lw', CAUSE.loadAccessFault],
    ['an alias above 4 GiB', UART + (1n << 32n), 'sw', CAUSE.storeAccessFault],
    ['atomic', UART, 'amoadd.w', CAUSE.storeAccessFault],
    ['atomic', UART, 'lr.d', CAUSE.loadAccessFault],
    ['atomic', UART, 'sc.d', CAUSE.storeAccessFault],
    ['across pages', UART + 4094n, 'lw', CAUSE.loadAccessFault],
    ['across pages', UART + 4094n, 'sw', CAUSE.storeAccessFault],
    ['a fetch', UART, 'jalr', CAUSE.instructionAccessFault],
  ])('are not asked: %s, %s, %s', (_, address, name, cause) => {
    m.hart.setX(A0, address);
    m.program(asm(name, { rd: 1, rs1: A0, rs2: name.startsWith('s') || name.startsWith('a') ? 11 : 0, imm: 0 }));
    if (name === 'jalr') m.run(1);
    expect(m.trapOfNext()).toMatchObject({ cause, tval: address });
    expect(asked).toEqual([]);
  });

  test('that do not answer fault, and the register keeps its value', () => {
    m.hart.setX(A0, 0x3000_0000n);
    m.hart.setX(1, 5n);
    m.program(asm('lw', { rd: 1, rs1: A0, imm: 0 }));
    expect(m.trapOfNext()).toMatchObject({ cause: CAUSE.loadAccessFault, tval: 0x3000_0000n });
    expect(m.hart.x(1)).toBe(5n);
  });
});

describe('misaligned accesses', () => {
  const bytes = (at: bigint, count: number) =>
    Array.from({ length: count }, (_, i) => m.view.getUint8(m.hostAddress(at) + i));

  test.each([
    ['in a page', DATA + 1n],
    ['across two pages', DATA + 4093n],
  ])('work: %s', (_, at) => {
    m.hart.setX(A0, at);
    m.hart.setX(11, 0x8877_6655_4433_2211n);
    m.program(
      sd(11, 0, A0),
      ld(1, 0, A0),
      asm('lw', { rd: 2, rs1: A0, imm: 0 }),
      asm('lwu', { rd: 3, rs1: A0, imm: 3 }),
      asm('lh', { rd: 4, rs1: A0, imm: 7 }),
      asm('sh', { rs1: A0, rs2: 11, imm: 2 }),
    );
    m.run(6);
    expect(m.hart.x(1)).toBe(0x8877_6655_4433_2211n);
    expect(m.hart.x(2)).toBe(0x4433_2211n);
    expect(m.hart.x(3)).toBe(0x7766_5544n);
    expect(m.hart.x(4)).toBe(0x88n);
    expect(bytes(at, 8)).toEqual([0x11, 0x22, 0x11, 0x22, 0x55, 0x66, 0x77, 0x88]);
    expect(m.hart.get('trapped')).toBe(0n);
  });

  test.each([
    ['ld', CAUSE.loadPageFault],
    ['sd', CAUSE.storePageFault],
  ])('%s faults on its second page with that address, without a trace', (name, cause) => {
    m.paging();
    m.map(PROGRAM, PROGRAM, RWX);
    m.map(DATA, DATA, RWX);
    m.mode = MODE.S;
    m.hart.setX(A0, DATA + 4090n);
    m.hart.setX(11, -1n);
    m.program(asm(name, name === 'ld' ? { rd: 11, rs1: A0, imm: 0 } : { rs2: 11, rs1: A0, imm: 0 }));
    expect(m.trapOfNext()).toEqual({ cause, tval: DATA + 4096n, epc: PROGRAM });
    expect(m.hart.x(11)).toBe(0xffff_ffff_ffff_ffffn);
    expect(bytes(DATA + 4088n, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
