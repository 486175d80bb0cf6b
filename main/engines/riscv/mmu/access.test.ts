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
